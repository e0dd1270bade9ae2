"""The routes under /v1, in the shapes of the recorded 0.32.15."""

import base64
import json
import struct
from typing import Any

import pytest

from ollama_cli.demo.vectors import embed


def _wanted(**more: Any) -> dict[str, Any]:
    return {"model": "demo", "messages": [{"role": "user", "content": "Hello"}], "seed": 9, **more}


def _sse(body: bytes) -> list[Any]:
    frames = body.decode().split("\n\n")
    assert frames.pop() == ""
    assert all(frame.startswith("data: ") for frame in frames)
    return [frame.removeprefix("data: ") for frame in frames]


def test_models(demo: Any) -> None:
    reply = demo("/v1/models")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.body.endswith(b"\n")
    assert [model["id"] for model in reply.json["data"]] == ["demo:latest", "demo-embed:latest"]
    assert set(reply.json["data"][0]) == {"id", "object", "created", "owned_by"}
    one = demo("/v1/models/demo").json
    assert (one["id"], one["object"], one["owned_by"]) == ("demo", "model", "library")


def test_no_models_is_null(demo: Any) -> None:
    for name in ("demo", "demo-embed"):
        demo("/api/delete", {"model": name}, method="DELETE")
    assert demo("/v1/models").json == {"object": "list", "data": None}
    assert demo("/api/tags").json == {"models": []}


def test_a_completion_in_one_document(demo: Any) -> None:
    reply = demo("/v1/chat/completions", _wanted(max_tokens=10))
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.body.endswith(b"}\n")
    whole = reply.json
    assert whole["object"] == "chat.completion"
    assert whole["system_fingerprint"] == "fp_ollama"
    (choice,) = whole["choices"]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["content"].startswith("I am ollama-cli")
    usage = whole["usage"]
    assert usage["completion_tokens"] == 10
    assert usage["total_tokens"] == usage["prompt_tokens"] + 10


@pytest.mark.parametrize("usage", [False, True])
def test_a_completion_in_events(demo: Any, usage: bool) -> None:
    more = {"stream": True, "stream_options": {"include_usage": usage}}
    reply = demo("/v1/chat/completions", _wanted(max_tokens=3, **more))
    assert reply.headers["Content-Type"] == "text/event-stream"
    *events, done = _sse(reply.body)
    assert done == "[DONE]"
    chunks = [json.loads(event) for event in events]
    if usage:
        last = chunks.pop()
        assert last["choices"] == []
        assert last["usage"]["completion_tokens"] == 3
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": "I"}
    assert deltas[-1] == {}
    assert ["role" in delta for delta in deltas] == [True, False, False, False]
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert not any("usage" in chunk for chunk in chunks)


def test_fields_are_said_in_native_words(demo: Any) -> None:
    parts = [{"type": "text", "text": "say"}, {"type": "text", "text": "ok"}]
    schema = {"type": "object", "properties": {"ok": {"const": 1}}}
    wanted = _wanted(
        messages=[{"role": "assistant", "content": None}, {"role": "user", "content": parts}],
        response_format={"type": "json_schema", "json_schema": {"schema": schema}},
        stop="never",
        temperature=0,
        top_p=0.5,
        reasoning_effort="none",
    )
    choice = demo("/v1/chat/completions", wanted).json["choices"][0]
    assert json.loads(choice["message"]["content"]) == {"ok": 1}
    wanted["response_format"] = {"type": "json_object"}
    choice = demo("/v1/chat/completions", wanted).json["choices"][0]
    assert set(json.loads(choice["message"]["content"])) == {"text"}


@pytest.mark.parametrize(
    ("more", "status", "kind", "text"),
    [
        ({"model": "nope"}, 404, "not_found_error", "model 'nope' not found"),
        (
            {"tools": [{}]},
            400,
            "invalid_request_error",
            "registry.ollama.ai/library/demo:latest does not support tools",
        ),
        (
            {"reasoning_effort": "high"},
            400,
            "invalid_request_error",
            '"demo" does not support thinking',
        ),
        ({"messages": []}, 400, "invalid_request_error", "[] is too short - 'messages'"),
        (
            {"messages": [{"role": "user", "content": [{"type": "cow"}]}]},
            400,
            "invalid_request_error",
            "invalid message format",
        ),
        ({"stop": 3}, 500, "api_error", 'option "stop" must be of type array'),
    ],
)
def test_refusals(demo: Any, more: dict[str, Any], status: int, kind: str, text: str) -> None:
    reply = demo("/v1/chat/completions", _wanted(**more))
    error = {"message": text, "type": kind, "param": None, "code": None}
    assert (reply.status, reply.json) == (status, {"error": error})


def test_early_refusals_have_no_newline(demo: Any) -> None:
    early = demo("/v1/chat/completions", b'{"model":')
    assert (early.status, early.json["error"]["message"]) == (400, "unexpected EOF")
    assert early.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(early.headers["Content-Length"]) == 94
    late = demo("/v1/models/nope")
    assert (late.status, late.json["error"]["message"]) == (404, "model 'nope:latest' not found")
    assert late.headers["Content-Type"] == "application/json"
    assert int(late.headers["Content-Length"]) == 104


def test_pictures_reach_the_refusal(demo: Any) -> None:
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}
    reply = demo("/v1/chat/completions", _wanted(messages=[{"role": "user", "content": [part]}]))
    assert reply.status == 400
    assert "Multimodal" in reply.json["error"]["message"]


def test_embeddings(demo: Any) -> None:
    wanted = {"model": "demo-embed", "input": ["river", "stone"], "dimensions": 4}
    reply = demo("/v1/embeddings", wanted).json
    assert [item["index"] for item in reply["data"]] == [0, 1]
    assert reply["data"][0]["embedding"] == embed("river", 4)
    assert reply["usage"] == {"prompt_tokens": 2, "total_tokens": 2}
    packed = {**wanted, "input": "river", "encoding_format": "base64"}
    raw = base64.b64decode(demo("/v1/embeddings", packed).json["data"][0]["embedding"])
    assert struct.unpack("<4f", raw) == pytest.approx(embed("river", 4))


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"model": "demo-embed"}, 400),
        ({"model": "demo-embed", "input": []}, 400),
        ({"model": "demo", "input": "x"}, 501),
        ({"model": "nope", "input": "x"}, 404),
    ],
)
def test_embedding_refusals(demo: Any, wanted: dict[str, Any], status: int) -> None:
    assert demo("/v1/embeddings", wanted).status == status
