"""Arguments of a tool as they are typed, each read as the schema of the tool has it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ollama_cli.errors import ConfigError, NotFoundError, UsageError
from ollama_cli.features.mcp.values import Tool
from ollama_cli.features.schema.check import check
from ollama_cli.types import model_names
from ollama_cli.types.numbers import finite
from ollama_cli.ui.inputs import read_text
from ollama_cli.ui.streams import InStream

_SHOWN: Final = 3
_DEFINITIONS: Final = ("$defs", "definitions")


def read_arguments(
    tool: Tool, pairs: Sequence[str], document: str | None, stdin: InStream
) -> dict[str, Any]:
    """Read `k=v` pairs, and a JSON object or `@FILE` that holds one; pairs win.

    A value is a text where the schema allows one and nothing else of JSON, else it is read as JSON
    if it can be. Raises UsageError for what is no argument, or not as the schema wants it.
    """
    found = {} if document is None else _object(document, stdin)
    named: set[str] = set()
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--arg {pair} is no NAME=VALUE")
        if name in named:
            raise UsageError(f"--arg {name}= is given twice")
        named.add(name)
        found[name] = typed(text, name, tool.input_schema)
    _refuse_wrong(tool, found)
    return found


def typed(text: str, name: str, schema: Mapping[str, Any]) -> Any:
    """Read one value: the first of JSON and text that the schema of its property allows."""
    properties = schema.get("properties")
    wanted = properties.get(name, True) if isinstance(properties, Mapping) else True
    candidates = [value for value in _as_json(text) if not isinstance(value, str)]
    for value in (*candidates, text):
        if _fits(value, wanted, schema):
            return value
    kinds = {"type": wanted["type"]} if isinstance(wanted, Mapping) and "type" in wanted else True
    return next((value for value in candidates if _fits(value, kinds, schema)), text)


def strange_names(tool: Tool, arguments: Mapping[str, Any]) -> list[str]:
    """Say which arguments the schema allows and does not name: many servers drop them unread."""
    properties = tool.input_schema.get("properties")
    known = list(properties) if isinstance(properties, Mapping) else []
    has_others = {"patternProperties", "$ref", "allOf", "anyOf", "oneOf"} & tool.input_schema.keys()
    if (
        not known
        or has_others
        or isinstance(tool.input_schema.get("additionalProperties"), Mapping)
    ):
        return []
    found = []
    for name in arguments:
        if name not in known:
            near = model_names.nearest(name, known, limit=1)
            guess = f": did you mean {near[0]}?" if near else ""
            found.append(f"the tool {tool.name!r} names no argument {name!r}{guess}")
    return found


def _object(document: str, stdin: InStream) -> dict[str, Any]:
    try:
        text = read_text(document[1:], stdin) if document.startswith("@") else document
    except NotFoundError as error:
        raise error.with_facts(hint="--args takes a JSON object, or @FILE") from error
    try:
        found = json.loads(text, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--args is no JSON: {error}", hint="--args '{\"name\": 1}'") from error
    if not isinstance(found, dict):
        raise UsageError("--args is no JSON object", hint="--args '{\"name\": 1}'")
    return found


def _as_json(text: str) -> list[Any]:
    try:
        return [json.loads(text, parse_float=finite, parse_constant=finite)]
    except (ValueError, RecursionError):
        return []


def _fits(value: object, wanted: Any, schema: Mapping[str, Any]) -> bool:
    shared = {name: schema[name] for name in _DEFINITIONS if name in schema}
    try:
        return not check({"it": value}, {"properties": {"it": wanted}, **shared})
    except ConfigError:  # a schema that we cannot use: the server checks by itself
        return True


def _refuse_wrong(tool: Tool, arguments: Mapping[str, Any]) -> None:
    try:
        problems = check(arguments, tool.input_schema)
    except ConfigError:  # likewise
        return
    if problems:
        more = len(problems) - _SHOWN
        told = "; ".join(map(str, problems[:_SHOWN])) + (f" (and {more} more)" if more > 0 else "")
        raise UsageError(f"the tool {tool.name!r} cannot be called so: {told}")
