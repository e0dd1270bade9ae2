"""Values that were typed become what the schema of a tool wants."""

import io
from typing import Any

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.mcp.arguments import read_arguments, strange_names, typed
from ollama_cli.features.mcp.values import Tool
from ollama_cli.ui.streams import InStream

NO_STDIN = InStream(None)


def tool(schema: Any) -> Tool:
    return Tool("fs", "it", input_schema=schema)


@pytest.mark.parametrize(
    ("wanted", "text", "value"),
    [
        ({"type": "string"}, "7", "7"),
        ({"type": "string"}, "true", "true"),
        ({"type": "string"}, '"a"', '"a"'),
        ({"type": "string"}, "", ""),
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, "-7", -7),
        ({"type": "number"}, "7.5e3", 7500.0),
        ({"type": "boolean"}, "true", True),
        ({"type": "null"}, "null", None),
        ({"type": "array"}, "[1, 2]", [1, 2]),
        ({"type": "object"}, '{"a": 1}', {"a": 1}),
        ({"type": ["string", "null"]}, "null", None),
        ({"type": ["string", "integer"]}, "7", 7),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "seven", "seven"),
        ({"enum": ["7", "8"]}, "7", "7"),
        ({"$ref": "#/$defs/count"}, "7", 7),
        ({"$ref": "#/$defs/name"}, "7", "7"),
        ({}, "7", 7),
        (True, "seven", "seven"),
        ({"type": "integer"}, "seven", "seven"),
        ({"type": "integer", "minimum": 8}, "7", 7),
        ({"type": "string", "minLength": 2}, "7", "7"),
        ({"type": "number"}, "NaN", "NaN"),
        ({"type": "no such type"}, "7", 7),
    ],
)
def test_one_value(wanted: Any, text: str, value: object) -> None:
    definitions = {"count": {"type": "integer"}, "name": {"type": "string"}}
    found = typed(text, "it", {"properties": {"it": wanted}, "$defs": definitions})
    assert (found, type(found)) == (value, type(value))


def test_pairs_win_over_the_document() -> None:
    found = read_arguments(tool({}), ["a=1", "b=x=y"], '{"a": 2, "c": 3}', NO_STDIN)
    assert found == {"a": 1, "b": "x=y", "c": 3}


def test_a_document_from_standard_input() -> None:
    stdin = InStream(io.BytesIO(b'{"a": [1]}'), implicit=True)
    assert read_arguments(tool({}), [], "@-", stdin) == {"a": [1]}


def test_what_the_schema_does_not_allow_is_told_with_its_place() -> None:
    schema = {
        "properties": {"a": {"properties": {"b": {"type": "integer"}}}, "c": {"minimum": 1}},
        "additionalProperties": {"type": "string"},
        "required": ["a"],
    }
    with pytest.raises(UsageError) as caught:
        read_arguments(tool(schema), [], '{"a": {"b": "x"}, "c": 0, "d": 1, "e": 2}', NO_STDIN)
    assert "the tool 'it' cannot be called so: a.b: must be an integer" in caught.value.message
    assert "; c: must be 1 or more; d: must be a string" in caught.value.message
    assert caught.value.message.endswith(" (and 1 more)")


def test_a_schema_that_is_none_is_left_to_the_server() -> None:
    assert read_arguments(tool({"type": "x", "$ref": "http://h/s"}), ["a=1"], None, NO_STDIN) == {
        "a": 1
    }


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (
            {"properties": {"limit": {}}},
            ["the tool 'it' names no argument 'limti': did you mean limit?"],
        ),
        ({"properties": {"other": {}}}, ["the tool 'it' names no argument 'limti'"]),
        ({"properties": {"limti": {}}}, []),
        ({"properties": {"other": {}}, "additionalProperties": {"type": "integer"}}, []),
        ({"properties": {"other": {}}, "patternProperties": {"l": {}}}, []),
        ({"$ref": "#/$defs/a"}, []),
        ({}, []),
    ],
)
def test_names_that_the_schema_does_not_know(schema: Any, names: list[str]) -> None:
    assert strange_names(tool(schema), {"limti": 1}) == names
