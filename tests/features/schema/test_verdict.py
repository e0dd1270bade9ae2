"""An answer held against the user's schema: read without mercy, in a bounded time."""

import json

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.schema.verdict import judge


def problems(text: str, schema: object) -> list[str]:
    return [str(each) for each in judge(text, schema).problems]  # type: ignore[arg-type]  # JSON


def test_the_value_comes_along_whether_it_fits_or_not() -> None:
    assert judge("[1]", {"type": "array"}).value == [1]
    assert judge("[1]", {"type": "object"}).value == [1]
    assert judge("x", {"type": "object"}).value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sure:\n```json\n[1]\n```\n", [1]),
        ("~~~\n2\n~~~", 2),
        ("```\nnope\n```\n```\n3\n```", None),  # the first one counts
        ("```json\n[1]", None),
        ('"```"', "```"),
    ],
)
def test_a_block_is_looked_into_where_the_answer_is_no_json(text: str, value: object) -> None:
    assert judge(text, {}).value == value


def test_formats_are_checked() -> None:
    for name, good, bad in (("date", "2026-02-28", "2026-02-30"), ("ipv4", "1.2.3.4", "1.2.3")):
        schema = {"format": name}
        assert problems(json.dumps(good), schema) == []
        assert problems(json.dumps(bad), schema) == [f'must have the format "{name}"']


def test_lists_of_items_are_read_as_they_were_meant() -> None:
    old = {"properties": {"a": {"items": [{"type": "null"}], "additionalItems": False}}}
    assert problems('{"a": [null]}', old) == []
    assert problems('{"a": [1]}', old) == ["a[0]: must be null, not 1"]
    assert len(problems('{"a": [null, 1]}', old)) == 1


def test_a_long_text_is_only_refused_where_there_are_patterns() -> None:
    text = json.dumps({"a": "x" * 10_001})
    assert problems(text, {"type": "object"}) == []
    schemas: tuple[object, ...] = (
        {"properties": {"a": {"pattern": "x"}}},
        {"patternProperties": {"b": {}}},
    )
    for schema in schemas:
        assert problems(text, schema) == ["a text of 10,001 characters is too long for a pattern"]


def test_a_number_beyond_all_floats_is_no_traceback() -> None:
    found = problems("9" * 400, {"multipleOf": 0.1})
    assert found in ([], ["a number is too large to be checked"], ["must be a multiple of 0.1"])


def test_what_needs_what_in_the_words_of_older_drafts_is_checked() -> None:
    old = {"dependencies": {"a": ["b"], "c": {"required": ["d"]}}}
    assert problems('{"a": 1, "b": 1, "c": 1, "d": 1}', old) == []
    assert problems('{"a": 1}', old) == ["lacks a property that another one needs"]
    assert problems('{"c": 1}', old) == ["'d' is missing"]


def test_what_a_part_with_an_address_lacks_is_told() -> None:
    part = {"$id": "https://a.example/p", "$ref": "#/$defs/none"}
    with pytest.raises(UsageError, match=r"^the schema cannot be used: the schema refers to what"):
        judge("1", {"allOf": [{"$ref": "https://a.example/p"}], "$defs": {"p": part}})
