"""Answers with a `format`: valid for what servers honour, and wrong in four ways on purpose."""

import json
import random
from typing import Any

import pytest

from ollama_cli.demo import DemoServer
from ollama_cli.demo.faults import asks_for_json
from ollama_cli.demo.schemas import example
from ollama_cli.demo.spoiled import CUT_AT, KINDS, bad_json, bad_value
from ollama_cli.features.schema.check import check

NODE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        "kids": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
    "required": ["name", "next", "kids"],
    "additionalProperties": False,
}
NESTED: Any = {"type": "integer"}
for _ in range(40):
    NESTED = {"type": "object", "properties": {"a": NESTED}, "required": ["a"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/node", "$defs": {"node": NODE}},
        {"definitions": {"node": NODE}, "$defs": {"node": NODE}, "$ref": "#/definitions/node"},
        NESTED,
        {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                   {"properties": {"b": {"const": 2}}, "required": ["b"]}]},
        {"$defs": {"a": {"properties": {"a": {"type": "null"}}, "required": ["a"]}},
         "allOf": [{"$ref": "#/$defs/a"}, {"properties": {"b": {}}, "required": ["b"]}]},
        {"properties": {"a": {"type": "integer"}}, "anyOf": [{"required": ["a"]}]},
        {"type": "integer", "exclusiveMinimum": -3, "exclusiveMaximum": -1},
        {"type": "integer", "exclusiveMaximum": 0},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"type": "number", "maximum": -0.5},
        {"type": "number", "minimum": 5, "exclusiveMinimum": 7},
        {"type": "array", "prefixItems": [{"type": "null"}], "items": {"const": 2}, "minItems": 3},
        {"type": "array", "minItems": 2, "maxItems": 2, "items": {"enum": [[1], None]}},
        {"type": ["null", "string"]},
        {"type": "string", "minLength": 30, "maxLength": 31},
        {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{1,4}$"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"anyOf": [{"$ref": "#/$defs/loop"}, {"const": 1}],
         "$defs": {"loop": {"properties": {"x": {"$ref": "#/$defs/loop"}}, "required": ["x"]}}},
    ],
)  # fmt: skip
def test_what_servers_honour_is_honoured(schema: Any) -> None:
    value = example(schema, lambda: "a word")
    assert check(value, schema) == [], value


def _string(rng: random.Random) -> Any:
    least = rng.randint(0, 30)
    return {"type": "string", "minLength": least, "maxLength": least + rng.randint(0, 9)}


def _number(rng: random.Random) -> Any:
    low = rng.randint(-9, 9)
    return {
        "type": rng.choice(["integer", "number"]),
        rng.choice(["minimum", "exclusiveMinimum"]): low,
        rng.choice(["maximum", "exclusiveMaximum"]): low + rng.randint(2, 5),
    }


def _object(rng: random.Random, depth: int) -> Any:
    names = rng.sample("abcdef", rng.randint(0, 4))
    schema = {"type": "object", "properties": {name: _random(rng, depth + 1) for name in names}}
    required = rng.sample(names, rng.randint(0, len(names)))
    return schema | rng.choice([{}, {"required": required}])


def _array(rng: random.Random, depth: int) -> Any:
    least = rng.randint(0, 2)
    bounds = {"minItems": least, "maxItems": least + rng.randint(0, 2)}
    return {"type": "array", "items": _random(rng, depth + 1), **rng.choice([{}, bounds])}


def _all(rng: random.Random, depth: int) -> Any:
    parts = [
        {"properties": {name: _random(rng, depth + 1)}, "required": [name]} for name in ("a", "b")
    ]
    return {"type": "object", "allOf": parts}


def _any(rng: random.Random, depth: int) -> Any:
    return {rng.choice(["anyOf", "oneOf"]): [_random(rng, depth + 1)]}


def _fixed(rng: random.Random) -> Any:
    return rng.choice(
        [
            {"enum": [rng.choice([None, 1, "x", [], {"a": 1}]), 2]},
            {"const": rng.choice([None, 0, "", [1], {}])},
            {"type": "string", "pattern": rng.choice(["^a+$", "^[x-z]{2}$", "^(b|c)?$"])},
            {"type": rng.sample(["string", "integer", "null", "boolean"], 2)},
            {"$ref": "#/$defs/d"},
        ]
    )


def _random(rng: random.Random, depth: int = 0) -> Any:
    if depth < 4 and rng.random() < 0.6:
        return rng.choice([_object, _array, _all, _any])(rng, depth)
    return rng.choice([_string, _number, _fixed])(rng)


def test_random_schemas_are_followed() -> None:
    rng = random.Random(16)
    for _ in range(150):
        schema = {**_random(rng), "$defs": {"d": _string(rng)}}
        value = example(schema, lambda: "a word")
        assert check(value, schema) == [], (schema, value)


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "tags": {"type": "array"}},
    "required": ["name", "tags"],
}
ROUTES = ["/api/generate", "/api/chat", "/v1/chat/completions"]


def _wanted(path: str, **more: Any) -> dict[str, Any]:
    prompt = {"messages": [{"role": "user", "content": "tides"}], "prompt": "tides"}
    if path.startswith("/v1"):
        del prompt["prompt"]
        more["response_format"] = {"type": "json_schema", "json_schema": {"schema": SCHEMA}}
    else:
        more["format"] = SCHEMA
    return {"model": "demo", "stream": False, "seed": 1, **prompt, **more}


def _text(document: Any) -> str:
    if "choices" in document:
        return str(document["choices"][0]["message"]["content"])
    return str(document["message"]["content"] if "message" in document else document["response"])


@pytest.mark.parametrize("path", ROUTES)
def test_faults_strike_answers_with_a_format_alone(asking: Any, path: str) -> None:
    with DemoServer(fault=",".join(KINDS), fault_times=4, tokens_per_second=0) as server:
        plain = {"model": "demo", "prompt": 'a "format": 1', "options": {"num_predict": 3}}
        assert asking(server.url, "/api/generate", plain).status == 200
        bad, wrong, cut, words, healthy = [
            asking(server.url, path, _wanted(path)).json for _ in range(5)
        ]
    for each in (bad, cut, words):
        with pytest.raises(ValueError, match="line 1"):
            json.loads(_text(each).replace("\n", " "))
    assert check(json.loads(_text(wrong)), SCHEMA)
    assert "{" not in _text(words)
    assert check(json.loads(_text(healthy)), SCHEMA) == []
    assert cut.get("done_reason") == "length" or cut["choices"][0]["finish_reason"] == "length"


def test_a_cut_is_at_the_limit_of_the_model_or_of_the_request(asking: Any) -> None:
    with DemoServer(fault="cutjson", tokens_per_second=0) as server:
        shown = asking(server.url, "/api/show", {"model": "demo"}).json
        assert f"num_predict                    {CUT_AT}\n" in shown["parameters"] + "\n"
        for options, written in (({}, CUT_AT), ({"num_predict": 20}, 20)):
            wanted = _wanted("/api/generate", options=options)
            reply = asking(server.url, "/api/generate", wanted).json
            assert (reply["eval_count"], reply["done_reason"]) == (written, "length")
    with DemoServer(fault="badjson") as server:
        assert b"num_predict" not in asking(server.url, "/api/show", {"model": "demo"}).body


@pytest.mark.parametrize("value", [{}, [], 1, "a", None, {"a": 1}, [1, 2], {"a": {"b": []}}, [{}]])
def test_any_value_can_be_spoiled(value: Any) -> None:
    assert type(bad_value(value)) is not type(value) or bad_value(value) != value
    with pytest.raises(ValueError, match=r"Expecting|Extra|Illegal"):
        json.loads(bad_json(value))


def test_of_a_list_all_but_the_last_are_whole() -> None:
    assert bad_value([{"a": 1}, {"a": 2}]) == [{"a": 1}, {"a": {"wrong": True}}]


@pytest.mark.parametrize(
    ("path", "body", "so"),
    [
        ("/api/chat", b'{"format":"json"}', True),
        ("/api/generate", b'{"format" : {"type":"object"}}', True),
        ("/v1/chat/completions", b'{"response_format": {}}', True),
        ("/api/chat", b'{"format": null}', False),
        ("/api/chat", b'{"format": ""}', False),
        ("/api/chat", b'{"messages": [{"content": "\\"format\\": 1"}]}', False),
        ("/api/embed", b'{"format":"json"}', False),
    ],
)
def test_which_request_is_for_json(path: str, body: bytes, so: bool) -> None:
    assert asks_for_json(path, body) is so
