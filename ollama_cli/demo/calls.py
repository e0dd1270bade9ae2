"""Calls of tools: a tool is called where a word of its name stands in the prompt.

Its arguments are the numbers, the quoted texts and the names of the prompt, in their order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

from ollama_cli.demo import schemas
from ollama_cli.demo.fields import Fields

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_IN_EVERY_NAME: Final = frozenset({"get", "set", "the", "and", "for", "with"})
_SHORTEST: Final = 3
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,15})?")
_NAMED: Final = re.compile(r"\"([^\"]{1,200})\"|(?<=\s)([A-Z]\w{0,40}(?: [A-Z]\w{0,40})*)")
_BARE: Final = frozenset({"type", "description", "title", "default"})


@dataclass(frozen=True)
class Call:
    """One call of a tool: its id as the server makes it, the name, the arguments."""

    id: str
    name: str
    arguments: dict[str, Any]


def choose(tools: Sequence[Fields], prompt: str) -> Call | None:
    """Return the call of the tool whose name the prompt speaks of; None where it names none."""
    said = _words(prompt)
    functions = [Fields(tool.object("function"), "ToolFunction") for tool in tools]
    named = {
        name: function
        for function in functions
        if (name := function.text("name")) and _words(name) & said
    }
    if not named:
        return None
    name = max(named, key=lambda each: len(_words(each) & said))
    return Call(f"call_{token_hex(4)}", name, _arguments(named[name].object("parameters"), prompt))


def _words(text: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(text) if len(word) >= _SHORTEST}
    return words - _IN_EVERY_NAME


def _arguments(parameters: dict[str, Any], prompt: str) -> dict[str, Any]:
    """Return arguments that fit the schema, filled from the prompt where it says them."""
    made = schemas.example(parameters or {"type": "object"}, lambda: prompt)
    if not isinstance(made, dict):
        return {}
    properties = parameters.get("properties")
    described = properties if isinstance(properties, dict) else {}
    numbers = _NUMBER.finditer(prompt)
    names = _NAMED.finditer(prompt)
    said = {name: _said(each, numbers, names) for name, each in described.items()}
    return made | {name: value for name, value in said.items() if value is not None}


def _said(
    schema: Any, numbers: Iterator[re.Match[str]], names: Iterator[re.Match[str]]
) -> int | float | str | None:
    """Return the next value of the prompt for a property that takes any of its type."""
    if not isinstance(schema, dict) or not schema.keys() <= _BARE:
        return None
    match schema.get("type"):
        case "integer" | "number" as kind if found := next(numbers, None):
            number = float(found[0])
            return int(number) if kind == "integer" or number.is_integer() else number
        case "string" if found := next(names, None):
            return found[1] or found[2]
    return None
