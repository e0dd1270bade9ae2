"""The route /v1/completions, in the shapes of the real server; and our own client at all of /v1."""

import json
from typing import Any

import pytest

from ollama_cli.demo import DemoServer
from ollama_cli.errors import ModelNotFoundError, ServerError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import Done, Text

MESSAGES = [{"role": "user", "content": "Hello"}]
OPTIONS = {"seed": 9, "num_predict": 12}
NOTHING = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _wanted(**more: Any) -> dict[str, Any]:
    return {"model": "demo", "prompt": "The river", "seed": 9, "max_tokens": 3, **more}


def _chunks(body: bytes) -> list[Any]:
    *events, done, end = body.decode().split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]


def test_a_prompt_is_continued_in_one_document(demo: Any) -> None:
    reply = demo("/v1/completions", _wanted())
    assert reply.headers["Content-Type"] == "application/json"
    assert list(reply.json) == [
        "id",
        "object",
        "created",
        "model",
        "system_fingerprint",
        "choices",
        "usage",
    ]
    assert reply.json["id"].startswith("cmpl-")
    assert (reply.json["object"], reply.json["model"]) == ("text_completion", "demo")
    ((choice),) = reply.json["choices"]
    assert choice["finish_reason"] == "length"
    assert choice["text"]
    assert reply.json["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize("with_usage", [False, True])
def test_a_prompt_is_continued_in_events(demo: Any, with_usage: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if with_usage else {}
    reply = demo("/v1/completions", _wanted(stream=True, **options))
    assert reply.headers["Content-Type"] == "text/event-stream"
    chunks = _chunks(reply.body)
    if with_usage:
        last = chunks.pop()
        assert (last["choices"], last["usage"]["completion_tokens"]) == ([], 3)
        assert all(chunk["usage"] == NOTHING for chunk in chunks)
    else:
        assert not any("usage" in chunk for chunk in chunks)
    *pieces, end = [chunk["choices"][0] for chunk in chunks]
    assert end == {"text": "", "index": 0, "finish_reason": "length"}
    assert [piece["finish_reason"] for piece in pieces] == [None] * 3
    whole = demo("/v1/completions", _wanted()).json["choices"][0]["text"]
    assert "".join(piece["text"] for piece in pieces) == whole


@pytest.mark.parametrize("streams", [False, True])
def test_an_empty_prompt_loads_the_model(demo: Any, streams: bool) -> None:
    more = {"stream": streams, "stream_options": {"include_usage": streams}}
    reply = demo("/v1/completions", {"model": "demo", **more})
    first, *rest = _chunks(reply.body) if streams else [reply.json]
    assert first["choices"] == [{"text": "", "index": 0, "finish_reason": "load"}]
    assert [chunk["choices"] for chunk in rest] == ([[]] if streams else [])
    assert demo("/api/ps").json["models"][0]["name"] == "demo:latest"
    bare = demo("/v1/completions", {"model": "demo", "stream": True})
    assert "usage" not in _chunks(bare.body)[0]


@pytest.mark.parametrize(
    ("more", "status", "text"),
    [
        ({"model": "nope"}, 404, "model 'nope' not found"),
        ({"model": None}, 404, "model '' not found"),
        ({"suffix": "y"}, 400, "registry.ollama.ai/library/demo:latest does not support insert"),
        ({"model": "demo-embed"}, 400, '"demo-embed" does not support generate'),
        ({"stop": [1]}, 400, "invalid type for 'stop' field: float64"),
        ({"stop": [None]}, 400, "invalid type for 'stop' field: <nil>"),
        (
            {"prompt": ["a"]},
            400,
            (
                "json: cannot unmarshal array into Go struct field CompletionRequest.prompt "
                "of type string"
            ),
        ),
    ],
)
def test_refusals(demo: Any, more: dict[str, Any], status: int, text: str) -> None:
    reply = demo("/v1/completions", _wanted(stream=True, **more))
    kind = "not_found_error" if status == 404 else "invalid_request_error"
    error = {"message": text, "type": kind, "param": None, "code": None}
    assert (reply.status, reply.json) == (status, {"error": error})


@pytest.mark.parametrize("stop", [3, {"a": 1}, None])
def test_a_stop_that_is_none_stops_nothing(demo: Any, stop: Any) -> None:
    assert demo("/v1/completions", _wanted(stop=stop)).status == 200


def test_our_client_hears_the_same_words_by_both_protocols(server: DemoServer) -> None:
    options = {**OPTIONS, "temperature": 1.0, "top_p": 1.0}
    with OpenAIClient(server.url) as ours, OllamaClient(server.url) as native:
        for one, other in (
            (
                ours.generate("demo", "Hi", options=options),
                native.generate("demo", "Hi", options=options),
            ),
            (
                ours.chat("demo", MESSAGES, options=options),
                native.chat("demo", MESSAGES, options=options),
            ),
        ):
            *texts, end = list(one)
            *native_texts, native_end = list(other)
            assert texts == native_texts
            assert isinstance(end, Done)
            assert isinstance(native_end, Done)
            assert end.answer.text == native_end.answer.text
            assert end.answer.usage == native_end.answer.usage
            assert end.answer.done_reason == native_end.answer.done_reason == "length"
        assert (
            ours.embed(["a", "b"], "demo-embed").vectors
            == native.embed(["a", "b"], "demo-embed").vectors
        )
        assert {m.name for m in ours.list_models()} == {m.name for m in native.list_models()}
        assert ours.detect_model() == native.detect_model() == "demo:latest"
        assert ours.detect_embedding_model() == native.detect_embedding_model()
        assert ours.health("demo").model_id == native.health("demo").model_id


def test_our_client_says_what_this_server_refuses(server: DemoServer) -> None:
    with OpenAIClient(server.url) as client:
        assert isinstance(next(client.generate("demo", "Hi", format="json")), Text)
        with pytest.raises(ModelNotFoundError, match="'nope' not found"):
            next(client.generate("nope", "Hi"))
        with pytest.raises(ServerError, match="does not support thinking") as caught:
            next(client.chat("demo", MESSAGES, think=True))
        assert caught.value.hint == "leave out --think for this model"
        with pytest.raises(ServerError, match="does not support insert"):
            next(client.generate("demo", "Hi", suffix="x"))
