"""The documents under /v1: lists of models and of vectors, whatever a server leaves out."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ollama_cli.errors import ModelNotFoundError, ProtocolError, ServerError
from ollama_cli.types.answers import Usage
from ollama_cli.types.model_details import Capabilities
from ollama_cli.types.models import ModelSummary
from ollama_cli.wire.openai import decode_embeddings, parse_capabilities, parse_models


def listing(*models: Mapping[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(models)}


def test_models_are_listed_newest_first() -> None:
    made: list[dict[str, Any]] = [
        {"id": "old", "created": 1},
        {"id": "new", "created": 1_795_217_177},
        {"id": "none"},
    ]
    assert parse_models(listing(*made)) == [
        ModelSummary(name="new", modified_at="2026-11-20T23:26:17Z"),
        ModelSummary(name="old", modified_at="1970-01-01T00:00:01Z"),
        ModelSummary(name="none"),
    ]


def test_models_of_one_age_keep_their_order() -> None:
    assert [m.name for m in parse_models(listing({"id": "b"}, {"id": "a"}))] == ["b", "a"]


@pytest.mark.parametrize("data", [None, [], [{}], ["x"], [{"id": 3}]])
def test_a_list_may_hold_nothing(data: object) -> None:
    assert parse_models({"data": data}) == []


@pytest.mark.parametrize(
    "document",
    [
        [{"id": "m"}],
        {"models": [{"id": "m"}]},
        {"models": [{"name": "m"}], "object": "list"},
        {"data": None, "models": [{"model": "m"}]},
        {"data": [{"id": "m"}], "models": [{"name": "other"}]},
    ],
)
def test_a_list_needs_no_envelope_and_any_name_will_do(document: object) -> None:
    assert [model.name for model in parse_models(document)] == ["m"]
    assert parse_models([]) == parse_models({"models": []}) == []


@pytest.mark.parametrize("created", ["yesterday", -1, 2**62, True, 1.5])
def test_a_date_that_is_none_is_none(created: object) -> None:
    assert parse_models(listing({"id": "m", "created": created}))[0].modified_at is None


@pytest.mark.parametrize(
    "document", [{}, {"data": "x"}, "text", {"models": "x"}, {"list": []}, 1, [1]]
)
def test_something_else_is_no_list(document: object) -> None:
    with pytest.raises(ProtocolError, match="not as OpenAI does"):
        parse_models(document)


def test_an_error_with_status_200_is_an_error() -> None:
    with pytest.raises(ServerError, match="Unexpected endpoint"):
        parse_models({"error": "Unexpected endpoint or method. (GET /v1/models)"})


@pytest.mark.parametrize(
    "told",
    [{"max_model_len": 4096}, {"context_length": 4096}, {"meta": {"n_ctx_train": 4096}}],
)
def test_the_context_is_told_by_some_servers(told: dict[str, Any]) -> None:
    document = listing({"id": "other"}, {"id": "m", **told})
    assert parse_capabilities(document, "m") == Capabilities(context_length=4096)
    assert parse_capabilities(document, "other") == Capabilities()
    assert parse_capabilities(document, "unknown") == Capabilities()


def test_what_nobody_tells_is_neither_yes_nor_no() -> None:
    assert Capabilities().has("vision") is None
    assert Capabilities(names=("vision",)).has("vision") is True
    assert Capabilities(names=("vision",)).has("tools") is False


def vectors(*rows: object, **more: Any) -> bytes:
    data = [
        row if isinstance(row, dict) else {"object": "embedding", "embedding": row, "index": n}
        for n, row in enumerate(rows)
    ]
    return json.dumps({"object": "list", "data": data, **more}).encode()


def test_vectors_stand_in_the_order_of_their_numbers() -> None:
    rows = [{"embedding": [2, 0.5], "index": 1}, {"embedding": [1.0, 0.5], "index": 0}]
    reply = decode_embeddings(
        vectors(*rows, model="e", usage={"prompt_tokens": 7, "total_tokens": 7}), "m", 2
    )
    assert reply.vectors == ((1.0, 0.5), (2, 0.5))
    assert (reply.model, reply.usage) == ("e", Usage(prompt_tokens=7))
    assert decode_embeddings(vectors([1.0]), "m", 1).model == "m"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1.0]], "1 vectors for 2 inputs"),
        ([[1.0], [1.0, 2.0]], "vectors of different lengths: 1 and 2"),
        ([[1.0], "AAAA"], "no list of finite numbers"),
        ([[1.0], [True]], "no list of finite numbers"),
        ([[1.0], [0.0]], "all zeros"),
        ([[1.0], []], "empty"),
    ],
)
def test_vectors_of_no_use_are_refused(rows: list[Any], message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        decode_embeddings(vectors(*rows), "m", 2)


def test_an_error_instead_of_vectors_is_raised() -> None:
    body = b'{"error":{"message":"no such model","code":"model_not_found"}}'
    with pytest.raises(ModelNotFoundError):
        decode_embeddings(body, "m", 1)
