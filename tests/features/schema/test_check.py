"""Values held against a JSON Schema: each problem with its place, in our words."""

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.features.schema.check import Problem, check

TOOL = {
    "type": "object",
    "properties": {
        "model": {"type": "string"},
        "max_tokens": {"type": "integer", "minimum": 1},
        "messages": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"role": {"enum": ["user", "system"]}, "content": {"type": "string"}},
                "required": ["role", "content"],
            },
        },
    },
    "required": ["messages"],
    "additionalProperties": False,
}

OPEN = {
    "properties": {"b": {}},
    "patternProperties": {"^x": {}},
    "additionalProperties": False,
}


def told(value: object, schema: object = TOOL) -> list[str]:
    return [str(problem) for problem in check(value, schema)]  # type: ignore[arg-type]  # any JSON


def test_what_fits_has_no_problem() -> None:
    fitting = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 3, "model": "m"}
    assert check(fitting, TOOL) == []
    assert check({"anything": [1, None]}, {}) == []
    assert check(7.0, {"type": "integer"}) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, "'messages' is missing"),
        ([], "must be an object, not an array"),
        ({"messages": []}, "messages: must have 1 items or more"),
        ({"messages": [{"role": "user"}]}, "messages[0]: 'content' is missing"),
        (
            {"messages": [{"role": "boss", "content": ""}]},
            'messages[0].role: must be one of "user", "system"',
        ),
        (
            {"messages": [{"role": "user", "content": 3}]},
            "messages[0].content: must be a string, not 3",
        ),
    ],
)
def test_a_problem_names_its_place(value: object, problem: str) -> None:
    assert told(value) == [problem]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("max_token", "unknown property 'max_token'; did you mean 'max_tokens'?"),
        ("Model", "unknown property 'Model'; did you mean 'model'?"),
        ("zzz", "unknown property 'zzz'; known: model, max_tokens, messages"),
        ("a\x1b[2J", r"unknown property 'a\\x1b[2J'; known: model, max_tokens, messages"),
    ],
)
def test_an_unknown_property_is_named_with_the_nearest_one(name: str, problem: str) -> None:
    messages = [{"role": "user", "content": "hi"}]
    assert told({"messages": messages, name: 1}) == [problem]


def test_a_text_is_no_number_and_a_switch_is_none_either() -> None:
    messages = [{"role": "user", "content": "hi"}]
    for value, said in (("7", "a string"), (True, "a boolean"), (7.5, "7.5"), (None, "null")):
        found = told({"messages": messages, "max_tokens": value})
        assert found == [f"max_tokens: must be an integer, not {said}"]
    assert told({"messages": messages, "max_tokens": 0}) == ["max_tokens: must be 1 or more"]


def test_all_problems_are_told_and_no_more_than_a_few() -> None:
    assert check({"max_tokens": "x", "modl": ""}, TOOL) == [
        Problem("", "'messages' is missing"),
        Problem("", "unknown property 'modl'; did you mean 'model'?"),
        Problem("max_tokens", "must be an integer, not a string"),
    ]
    assert len(check(["x"] * 500, {"items": {"type": "integer"}})) == 20


@pytest.mark.parametrize(
    ("value", "schema", "problem"),
    [
        (3, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "must be a string or null, not 3"),
        (3, {"oneOf": [{"minimum": 1}, {"minimum": 2}]}, "must fit exactly one of the forms"),
        ("x", {"anyOf": [{"minLength": 2}, {"type": "null"}]}, "fits none of the forms"),
        ("x", {"const": 1}, "must be 1"),
        ([1, 1], {"uniqueItems": True}, "must not have an item twice"),
        ("ab", {"pattern": "^[0-9]$"}, 'must match the pattern "^[0-9]$"'),
        ({"a": 1}, {"properties": {"a": False}}, "is not allowed"),
        ({"a": 1, "x1": 1}, OPEN, "unknown property 'a'; known: b"),
        ({"a": 1}, {"unevaluatedProperties": False}, "has a property that is not known"),
        (1, False, "is not allowed"),
        ({"a": 1}, {"propertyNames": {"maxLength": 0}}, "must have 0 characters or less"),
        ({"a": 1}, {"dependentRequired": {"a": ["b"]}}, "lacks a property that another one needs"),
        ([1], {"prefixItems": [{"$ref": "#/$defs/t"}], "$defs": {"t": {"type": "string"}}}, "[0]:"),
    ],
)
def test_other_rules_have_words_too(value: object, schema: object, problem: str) -> None:
    (found,) = told(value, schema)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "strin"}, "no JSON schema: type cannot be used"),
        ({"properties": {"a": 3}}, "no JSON schema: properties.a cannot be used"),
        ({"pattern": "("}, "no JSON schema: pattern cannot be used"),
    ],
)
def test_what_is_no_schema_is_told(schema: object, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        told(1, schema)
    assert caught.value.message == problem


@pytest.mark.parametrize("ref", ["http://127.0.0.1:9/s.json", "file:///etc/passwd", "#/$defs/no"])
def test_nothing_is_fetched(ref: str) -> None:
    with pytest.raises(ConfigError, match=r"^the schema refers to what it does not hold: "):
        told(1, {"$ref": ref})


def test_no_end_is_no_traceback() -> None:
    deep: object = 1
    for _ in range(900):
        deep = [deep]
    assert told(1, {"$ref": "#"}) == ["the value, or its schema, is nested too deeply"]
    assert told(deep, {"items": {"$ref": "#"}, "type": "array"}) == [
        "the value, or its schema, is nested too deeply"
    ]


def test_an_older_draft_is_read_as_this_one() -> None:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"}
    assert told(1, schema) == ["must be a string, not 1"]


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "^(?:a?){40}a{40}$",
        "^(?:(?:a{1,9})+[]x]*?)+$",
        r"^(\w+\s?)*$",
        "a*a*a*b",
        "a+b",
        "^" + "a?" * 40 + "a" * 40 + "$",
    ],
)
def test_a_pattern_that_may_take_ages_is_passed_over(pattern: str) -> None:
    text = "a" * 100_000 + "!"
    schema = {"properties": {"x": {"pattern": pattern}}}
    assert check({"x": text}, schema) == []
    names = {"patternProperties": {pattern: {"type": "null"}}, "additionalProperties": False}
    assert check({text: 1}, names) == []


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^[a-z]+$", "a" * 100_000, "a" * 100_000 + "!"),
        (r"^\d{4}-\d\d-\d\d$", "2026-11-29", "2026-11-9"),
        ("^[a-z]+(-[a-z]+)*$", "ab-cd", "ab--cd"),
        ("^(red|green)$", "red", "blue"),
        ("^(?=.*[0-9])[^]x]{2,20}?$", "a1", "ab"),
        (r"\(x\)[(*+?]", "f(x)+", "f(x)"),
    ],
)
def test_usual_patterns_are_searched(pattern: str, good: str, bad: str) -> None:
    schema = {"pattern": pattern}
    assert check(good, schema) == []
    (problem,) = check(bad, schema)
    assert str(problem).startswith("must match the pattern ")


def test_patterns_of_names_are_searched() -> None:
    schema = {"patternProperties": {"^x-": {"type": "null"}}, "additionalProperties": False}
    assert [str(each) for each in check({"x-a": 1}, schema)] == ["x-a: must be null, not 1"]
    assert [str(each) for each in check({"y": 1}, schema)] == ["unknown property 'y'; known: none"]


@pytest.mark.parametrize("schema", [{"pattern": "("}, {"patternProperties": {"(": {}}}])
def test_a_pattern_that_is_none_is_no_schema(schema: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"no JSON schema: .*attern.* cannot be used"):
        check("x" if "pattern" in schema else {"x": 1}, schema)
