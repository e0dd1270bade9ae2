"""Tools as they are offered to a model, and the sources that they come from."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from ollama_cli.errors import ConfigError

LONGEST: Final = 64
_ALLOWED: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_LISTS: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_TABLES: Final = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")


class Offer(NamedTuple):
    """One tool: the `name` that the model is told, and `tool`, its own name at its `server`.

    `parameters` is the JSON Schema of its arguments. A tool that is `read_only` changes nothing, as
    its server says: such calls may run side by side, and are allowed no sooner.
    """

    name: str
    server: str
    tool: str
    description: str
    parameters: Mapping[str, Any]
    read_only: bool = False

    @property
    def label(self) -> str:
        """Return the name that patterns and people see."""
        return f"{self.server}.{self.tool}"

    def as_wire(self) -> dict[str, Any]:
        """Return the tool as a request holds it."""
        function = {
            "name": self.name,
            "description": self.description,
            "parameters": without_booleans({"type": "object", "properties": {}, **self.parameters}),
        }
        return {"type": "function", "function": function}


class Outcome(NamedTuple):
    """What came of a call: its text; `ok` is false for a failure.

    `size` is that of the whole text in bytes, where only the beginning of it was kept.
    """

    ok: bool
    text: str
    size: int | None = None


def failure(text: str) -> Outcome:
    """Return what a model is told of a call that failed."""
    return Outcome(ok=False, text=text)


class Source(Protocol):
    """Where tools come from, by the name of its server; it offers some once it is started."""

    server: str
    offers: list[Offer]

    def start(self) -> None:
        """Start it; UnreachableError if that fails, ConfigError if it offers nothing."""
        ...

    def call(self, offer: Offer, arguments: Mapping[str, Any]) -> Outcome:
        """Call a tool; what goes wrong is an outcome, too."""
        ...

    def told(self) -> list[str]:
        """Return the lines of its stderr since this was asked last."""
        ...

    def close(self) -> None:
        """End what it has started."""
        ...


def wire_name(*parts: str) -> str:
    """Return a name that every API takes: letters, digits, `_` and `-`, at most 64."""
    text = "_".join(parts)
    return "".join(each if each in _ALLOWED else "_" for each in text)[:LONGEST]


def refuse_collisions(offers: Sequence[Offer]) -> None:
    """Raise ConfigError for two tools of the same name."""
    counts = Counter(each.name for each in offers)
    for name, count in counts.items():
        if count > 1:
            labels = " and ".join(each.label for each in offers if each.name == name)
            raise ConfigError(
                f"two tools have the name {name!r}: {labels}", hint="leave one of them out"
            )


def without_booleans(schema: Any) -> Any:
    """Return a schema in which no sub-schema is a boolean: Ollama refuses the whole request."""
    if isinstance(schema, bool):
        return {}
    if not isinstance(schema, Mapping):
        return schema
    found = dict(schema)
    for key in _TABLES:
        if isinstance(inner := found.get(key), Mapping):
            found[key] = {name: without_booleans(each) for name, each in inner.items()}
    for key in _LISTS:
        if isinstance(inner := found.get(key), list):
            found[key] = [without_booleans(each) for each in inner]
    if "items" in found:
        found["items"] = without_booleans(found["items"])
    return found


def written(arguments: Mapping[str, Any]) -> str:
    """Write arguments on one line."""
    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
