"""Schemas as people type them: each word means one thing, or is refused."""

from typing import Any

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.schema.words import schema_of_words


def properties(text: str) -> dict[str, Any]:
    found: dict[str, Any] = schema_of_words(text)["properties"]
    return found


def test_the_words_of_the_manual() -> None:
    words = "name, age int, score float, ok bool, tags [str], colour red|green, note? str: one line"
    assert schema_of_words(words) == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "score": {"type": "number"},
            "ok": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "colour": {"type": "string", "enum": ["red", "green"]},
            "note": {"type": "string", "description": "one line"},
        },
        "required": ["name", "age", "score", "ok", "tags", "colour"],
    }


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("a integer", {"type": "integer"}),
        ("a number", {"type": "number"}),
        ("a boolean", {"type": "boolean"}),
        ("a string", {"type": "string"}),
        ("a []", {"type": "array", "items": {"type": "string"}}),
        ("a [[int]]", {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        (
            "a [x|y]: z",
            {
                "type": "array",
                "items": {"type": "string", "enum": ["x", "y"]},
                "description": "z",
            },
        ),
        ("a x | y", {"type": "string", "enum": ["x", "y"]}),
        ('a "light blue"|"a|b"|int2', {"type": "string", "enum": ["light blue", "a|b", "int2"]}),
        ("a 1|-2|30", {"type": "integer", "enum": [1, -2, 30]}),
        ('a "1"|2', {"type": "string", "enum": ["1", "2"]}),
        ("a: what it is: a word", {"type": "string", "description": "what it is: a word"}),
        ('a: "one, or two"', {"type": "string", "description": "one, or two"}),
        ('a: he said "hi"', {"type": "string", "description": 'he said "hi"'}),
        ('a: "int"', {"type": "string", "description": "int"}),
        ("a str: int", {"type": "string", "description": "int"}),
        ("a: int or none", {"type": "string", "description": "int or none"}),
        ("  a  int  ", {"type": "integer"}),
    ],
)
def test_a_field(text: str, field: object) -> None:
    assert properties(text) == {"a": field}


def test_lines_keep_commas_in_descriptions() -> None:
    found = schema_of_words("\na int\nb: one, two\nc?, d bool,\n")
    assert list(found["properties"]) == ["a", "b", "c", "d"]
    assert found["properties"]["b"]["description"] == "one, two"
    assert found["required"] == ["a", "b", "d"]


def test_any_name_is_a_name() -> None:
    assert list(properties('über, x-y, a.b int, "full name" str')) == [
        *("über", "x-y", "a.b", "full name")
    ]


def test_nothing_is_required_where_all_is_optional() -> None:
    assert "required" not in schema_of_words("a?, b? int")


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("age integr", "the field 'age' has an unknown type: integr", "did you mean integer?"),
        ("age INT", "the field 'age' has an unknown type: INT", "did you mean int?"),
        ("a date", "the field 'a' has an unknown type: date", ""),
        ("a int b", "the field 'a' has an unknown type: int b", "did you mean int?"),
        ("a [", "the field 'a' has an unknown type: [", ""),
        ("a [foo]", "the field 'a' has an unknown type: foo", ""),
        ("a str|null", "the field 'a' has no list of values: str|null", "a value is a word "),
        ("a x|", "the field 'a' has no list of values: x|", "a value is a word "),
        ("a x||y", "the field 'a' has no list of values: x||y", "a value is a word "),
        ("a |x", "the field 'a' has no list of values: |x", "a value is a word "),
        ("a big red|blue", "the field 'a' has no list of values: big red|blue", "a value is a "),
        ("a x|x", "the field 'a' has a value twice: x|x", ""),
        ("a, b, a int", "the schema names the field 'a' twice", ""),
        ("a[str]", "'a[str]' is no field of a schema", ""),
        ('a "x', "'a \"x' is no field of a schema", ""),
        ("? int", "a field of the schema has no name: '? int'", ""),
        (": x", "a field of the schema has no name: ': x'", ""),
        ("", "the schema is empty", ""),
        (" , ,", "the schema is empty", ""),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(text: str, told: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        schema_of_words(text)
    assert caught.value.message == told
    assert (caught.value.hint or "").startswith(hint or "see `ollama-cli help schema-words`")


@pytest.mark.parametrize("kind", ["int", "str", "boolean", "[str]", "[[int]]", "red|green"])
def test_a_type_behind_a_colon_is_no_description(kind: str) -> None:
    """As YAML and other languages write it: the field would be a text without a word."""
    with pytest.raises(UsageError, match="has a type for its description") as caught:
        schema_of_words(f"name, age: {kind}")
    assert f"`age {kind}`" in (caught.value.hint or "")
