"""What is sent of a schema: keyword by keyword, as servers honour, ignore, or die of it."""

import json
import socket
from collections.abc import Iterator
from random import Random
from typing import Any, NoReturn

import pytest
import random_schemas
from rounds import rounds

from ollama_cli.errors import UsageError
from ollama_cli.features.schema.sent import listed, sendable

ANY = {"type": ["object", "array", "string", "number", "integer", "boolean", "null"]}
TEXT = {"type": "string"}


def inside(schema: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
    """Return what is sent of a schema for a property, and the keywords that were left out."""
    sent = sendable({"type": "object", "properties": {"a": schema}})
    left = tuple(each.removeprefix("$.properties.a").removeprefix(".") for each in sent.left_out)
    return sent.schema["properties"]["a"], left


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"type": "object", "properties": {"b": TEXT, "a": TEXT}, "required": ["a"]},
        {"type": "object", "additionalProperties": True},
        {"type": "object", "additionalProperties": False},
        {"type": "object", "properties": {"b": TEXT}, "additionalProperties": TEXT},
        {"enum": ["x", 1, None, {"a": [1]}]},
        {"const": {"a": 1}},
        {"type": "array", "items": TEXT, "minItems": 0, "maxItems": 1000},
        {"items": [TEXT, {"type": "integer"}]},
        {"prefixItems": [TEXT], "items": {"type": "integer"}},
        {"type": "string", "minLength": 1, "maxLength": 1000},
        {"type": "integer", "minimum": -5, "maximum": 2_000_000},
        {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 9},
        {"type": "number", "minimum": 0.5, "maximum": 0.7},
        {"type": "string", "pattern": "^(a|b){1,3}[x-z]+$"},
        *({"type": "string", "format": name} for name in ("date", "time", "date-time", "uuid")),
        {"anyOf": [TEXT, {"type": "null"}]},
        {"oneOf": [TEXT, {"type": "null"}]},
        {"allOf": [{"type": "object", "properties": {"b": TEXT}}, {"properties": {"c": TEXT}}]},
    ],
)
def test_what_servers_honour_is_sent_as_it_is(schema: dict[str, Any]) -> None:
    assert inside(schema) == (schema, ())


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"multipleOf": 3}, "multipleOf"),
        ({"uniqueItems": True}, "uniqueItems"),
        ({"contains": TEXT}, "contains"),
        ({"not": TEXT}, "not"),
        ({"minProperties": 1}, "minProperties"),
        ({"maxProperties": 1}, "maxProperties"),
        ({"patternProperties": {"^x": TEXT}}, "patternProperties"),
        ({"dependentRequired": {"a": ["b"]}}, "dependentRequired"),
        ({"if": TEXT}, "if"),
        ({"propertyNames": {"maxLength": 3}}, "propertyNames"),
        ({"format": "email"}, "format"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties"),
        ({"required": ["b"]}, "required"),
        ({"items": False}, "items"),
        ({"minItems": 1001}, "minItems"),
        ({"maxItems": 2500}, "maxItems"),
        ({"minLength": 1001}, "minLength"),
        ({"maxLength": 10**9}, "maxLength"),
        ({"minimum": -(10**30)}, "minimum"),
        ({"pattern": "abc"}, "pattern"),
        ({"pattern": "^(?:a)$"}, "pattern"),
        ({"pattern": "^a{1001}$"}, "pattern"),
        ({"enum": []}, "enum"),
        ({"const": {"$ref": "#"}}, "const"),
        ({"$dynamicRef": "#"}, "$dynamicRef"),
        ({"colour": "red"}, "colour"),
        ({"allOf": [{"minLength": 1}, {"maxLength": 3}]}, "allOf"),
        ({"anyOf": [True, TEXT]}, "anyOf"),
        ({"anyOf": [False]}, "anyOf"),
    ],
)
def test_what_they_ignore_or_break_on_is_left_out_and_named(
    rule: dict[str, Any], left: str
) -> None:
    assert inside({"type": "integer", **rule}) == ({"type": "integer"}, (left,))


@pytest.mark.parametrize(
    "remark",
    [
        {"title": "t", "description": "(?i)", "default": 1, "examples": [1], "$comment": "c"},
        {"uniqueItems": False, "items": True, "deprecated": True},
    ],
)
def test_what_asks_for_nothing_is_no_loss(remark: dict[str, Any]) -> None:
    assert inside({"type": "array", **remark}) == ({"type": "array"}, ())


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        ({}, ANY),
        (True, ANY),
        ({"description": "anything"}, ANY),
        ({"not": TEXT}, ANY),
        ({"minLength": 3}, {**ANY, "minLength": 3}),
        ({"required": ["b"]}, ANY),
        ({"properties": {"$ref": TEXT}}, ANY),
        ({"minLength": 3.0, "type": "string"}, {"minLength": 3, "type": "string"}),
        ({"anyOf": [False, TEXT]}, {"anyOf": [TEXT]}),
        ({"prefixItems": [True, TEXT]}, {"prefixItems": [ANY, TEXT]}),
        ({"allOf": [TEXT]}, TEXT),
        ({"type": "integer", "minimum": 5, "maximum": 3}, {"type": "integer"}),
        ({"type": "integer", "exclusiveMinimum": 5, "maximum": 5}, {"type": "integer"}),
        ({"type": "string", "minLength": 5, "maxLength": 3}, TEXT),
        (
            {"type": "object", "properties": {"a": False, "b": TEXT}, "required": ["a", "b"]},
            {"type": "object", "properties": {"b": TEXT}, "required": ["b"]},
        ),
        (
            {"properties": {"x]": TEXT}, "additionalProperties": True},
            {"properties": {"x]": TEXT}},
        ),
    ],
)
def test_what_servers_would_read_in_another_way_is_written_anew(
    schema: dict[str, Any], sent: object
) -> None:
    assert inside(schema)[0] == sent


def test_a_schema_of_nothing_stays_so() -> None:
    assert sendable({}).schema == {}
    assert sendable({"title": "x"}).schema == {}
    assert sendable({"not": TEXT}).schema == ANY
    assert sendable({"minLength": 2}).schema == {**ANY, "minLength": 2}


def test_known_parts_stay_where_they_are() -> None:
    schema: dict[str, Any] = {
        "properties": {"a": {"$ref": "#/$defs/node"}, "b": {"$ref": "#/definitions/leaf"}},
        "$defs": {"node": {"type": "array", "items": {"$ref": "#/$defs/node"}}, "unused": {}},
        "definitions": {"leaf": TEXT},
    }
    sent = sendable(schema).schema
    assert sent.pop("$defs") == {"node": schema["$defs"]["node"]}
    assert sent == {key: schema[key] for key in ("properties", "definitions")}


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("#/$defs/string", TEXT),  # servers have a rule of that name
        ("#/$defs/a%20b", TEXT),
        ("#/$defs/a", TEXT),  # a property has that name
        ("#/properties/a", TEXT),
        ("#/properties/x/anyOf/1", {"type": "null"}),
        ("#here", TEXT),
    ],
)
def test_other_references_lead_to_parts_of_their_own(reference: str, target: object) -> None:
    schema = {
        "$defs": {"string": TEXT, "a b": TEXT, "a": TEXT},
        "properties": {
            "a": {**TEXT, "$anchor": "here"},
            "x": {"anyOf": [TEXT, {"type": "null"}]},
            "y": {"type": "array", "items": {"$ref": reference}},
        },
    }
    sent = sendable(schema).schema
    assert sent["properties"]["y"]["items"] == {"$ref": "#/$defs/part1"}
    assert sent["$defs"] == {"part1": target}


def test_a_reference_to_the_whole_leads_to_a_copy() -> None:
    schema = {"properties": {"kids": {"type": "array", "items": {"$ref": "#"}}}}
    whole = {"properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/part1"}}}}
    assert sendable(schema).schema == {**whole, "$defs": {"part1": whole}}


def test_a_list_of_values_keeps_the_parts_of_one() -> None:
    one = sendable(
        {
            "properties": {"a": {"$ref": "#/$defs/x"}, "b": {"items": {"$ref": "#"}}},
            "$defs": {"x": TEXT},
        }
    ).schema
    many = listed(one)
    assert many["type"] == "array"
    assert many["items"] == {"properties": one["properties"]}
    assert many["$defs"] == one["$defs"]
    assert listed({}) == {"type": "array", "items": ANY}


PART = {"$ref": "s:p"}


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "integr"}, "$.type is no type: 'integr'; did you mean integer?"),
        ({"type": []}, "$.type must name some types, each once"),
        ({"type": ["null", "null"]}, "$.type must name some types, each once"),
        ({"properties": {"a b": {"minimum": "3"}}}, "$.properties['a b'].minimum must be a number"),
        ({"properties": {"a": 3}}, "$.properties.a must be a schema: an object, true or false"),
        ({"properties": []}, "$.properties must be an object"),
        ({"items": [{"maxItems": -1}]}, "$.items[0].maxItems must be a whole number, 0 or more"),
        ({"anyOf": []}, "$.anyOf must be a list of schemas, at least one"),
        ({"required": ["a", "a"]}, "$.required must be a list of names, each once"),
        ({"required": True}, "$.required must be a list of names, each once"),
        ({"dependentRequired": {"a": "b"}}, "$.dependentRequired must be a list of names, each o"),
        ({"multipleOf": 0}, "$.multipleOf must be a number above 0"),
        ({"exclusiveMinimum": True}, "$.exclusiveMinimum must be a number"),
        ({"uniqueItems": 1}, "$.uniqueItems must be true or false"),
        ({"pattern": 1}, "$.pattern must be a text"),
        ({"pattern": "("}, "$.pattern is no pattern that can be checked: missing ), "),
        ({"patternProperties": {"[": {}}}, "$.patternProperties is no pattern that can be che"),
        ({"$defs": {"a": {"enum": 1}}}, "$.$defs.a.enum must be a list"),
        ({"if": {"not": {"format": 1}}}, "$.if.not.format must be a text"),
        ({"$ref": "#/$defs/none"}, "$.$ref leads to nothing: #/$defs/none"),
        ({"$ref": "#none"}, "$.$ref leads to nothing: #none"),
        ({"properties": {"a": {"$ref": "#/properties"}}, "x": 1}, ""),
        ({"$ref": "#"}, "$ leads back to itself: no value fits it"),
        ({"anyOf": [TEXT, {"$ref": "#"}]}, "$.anyOf.1 leads back to itself: no value fits it"),
        ({"$dynamicRef": "#"}, "$ leads back to itself: no value fits it"),
        ({"not": {"$ref": "#"}}, "$.not leads back to itself: no value fits it"),
        ({"if": TEXT, "then": {"$ref": "#"}}, "$.then leads back to itself: no value fits it"),
        ({"dependentSchemas": {"a": {"$ref": "#"}}}, "$.dependentSchemas.a leads back to itself"),
        ({"dependencies": {"a": {"$ref": "#"}}}, "$.dependencies.a leads back to itself"),
        ({"allOf": [PART], "$defs": {"p": {**PART, "$id": "s:p"}}}, "$.$defs.p leads back to it"),
        ({"allOf": [PART], "$defs": {"p": {"$id": "s:p", "$ref": "#no"}}}, "$.$defs.p.$ref leads"),
        ({"dependencies": 1}, "$.dependencies must be an object"),
        ({"dependencies": {"a": [1]}}, "$.dependencies must be a list of names, each once"),
        ({"dependencies": {"a": {"type": 1}}}, "$.dependencies.a.type is no type: 1"),
        ({"items": []}, "$.items must be a list of schemas, at least one"),
        ({"$id": "#a"}, "$.$id must be an address without a fragment"),
        ({"$anchor": "a b"}, "$.$anchor must be a name, of letters and digits"),
        ({"$vocabulary": {"a": 1}}, "$.$vocabulary must be true or false"),
    ],
)
def test_what_is_no_schema_is_a_usage_error_with_its_place(
    schema: dict[str, Any], told: str
) -> None:
    if not told:
        assert sendable(schema)
        return
    with pytest.raises(UsageError) as caught:
        sendable(schema)
    assert caught.value.message.startswith(f"the schema cannot be used: {told}")


@pytest.mark.parametrize("key", ["$ref", "$dynamicRef"])
@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:9/s", "https://a.example/s#/x", "s.json", "file:///etc/passwd"]
)
def test_a_reference_to_another_document_is_refused(key: str, reference: str) -> None:
    with pytest.raises(UsageError) as caught:
        sendable({"items": {"not": {key: reference}}})
    assert caught.value.message == (
        f"the schema cannot be used: $.items.not.{key} leads to another document: {reference}"
    )
    assert caught.value.hint == "copy what it names into `$defs`: nothing is fetched"


def test_a_part_with_an_address_of_its_own_is_left_to_the_check() -> None:
    schema: dict[str, Any] = {
        "$id": "https://a.example/root",
        "properties": {"a": {"$ref": "part"}, "b": {"$ref": "https://a.example/part"}},
        "$defs": {"part": {"$id": "https://a.example/part", "type": "string"}},
    }
    with pytest.raises(UsageError, match="leads to another document: part"):
        sendable(schema)
    del schema["properties"]["a"]
    sent = sendable(schema)
    assert sent.schema == {"properties": {"b": ANY}}
    assert sent.left_out == ("$.properties.b.$ref",)


def test_what_only_looks_like_a_reference_is_none() -> None:
    data = {"default": {"$ref": "http://x/y"}, "examples": [{"$ref": "http://x/y"}]}
    assert sendable({"type": "string", **data, "unknown": {"$ref": "http://x"}}).schema == TEXT


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> NoReturn:
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)


def sub_schemas(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for key, each in value.items():
            if key not in {"const", "enum"}:
                yield from sub_schemas(each)
    elif isinstance(value, list):
        for each in value:
            yield from sub_schemas(each)


@pytest.mark.usefixtures("no_connection")
def test_no_schema_at_random_sends_what_ends_a_server() -> None:
    """Each of many schemas is refused as a usage error, or what is sent of it is harmless."""
    sent, refusals = 0, list[str]()
    for seed in rounds(300, 1000):
        schema = random_schemas.schema(Random(seed))
        before = json.dumps(schema)
        try:
            found = sendable(schema).schema
        except UsageError as error:
            refusals.append(error.message)
            continue
        finally:
            assert json.dumps(schema) == before, seed
        sent += 1
        assert sendable(found).left_out == (), seed  # all of it is known to be honoured
        for each in sub_schemas(found):
            assert not isinstance(each.get("items"), bool), seed
            pattern = each.get("pattern", "")
            assert not isinstance(pattern, str) or "(?" not in pattern, seed
            reference = each.get("$ref", "#/$defs/")
            assert not isinstance(reference, str) or reference.startswith(
                ("#/$defs/", "#/definitions/")
            ), seed
    assert sent > 120
    assert all(each.startswith("the schema cannot be used: $") for each in refusals)
