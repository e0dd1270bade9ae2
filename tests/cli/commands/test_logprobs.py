"""`--logprobs`: how likely each token of an answer was, for programs."""

import json
from typing import Any

import pytest
from hostile import Server, by_path, lines
from shell import call

from ollama_cli.types.requests import ChatRequest, GenerateRequest
from ollama_cli.wire import anthropic_requests, openai_requests

LIKELY = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105]}
TOP = [{"token": "Ho", "logprob": -0.25, "bytes": [72, 111]}]
TOLD = {"token": "Hi", "logprob": -0.5, "top": [{"token": "Ho", "logprob": -0.25}]}
DONE = {"done": True, "done_reason": "stop", "prompt_eval_count": 1, "eval_count": 1}


def asked(server: Server) -> Any:
    return server.requests[-1].json


def answering(**more: Any) -> Server:
    return Server(
        by_path(
            {
                "/api/generate": lines({"response": "Hi", "done": False, **more}, DONE),
                "/api/chat": lines({"message": {"content": "Hi"}, "done": False, **more}, DONE),
                "/api/ps": lines({"models": []}),
            }
        )
    )


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_in_a_document_and_in_lines(command: str) -> None:
    words = (command, "hello", "-m", "m", "--logprobs=1")
    with answering(logprobs=[{**LIKELY, "top_logprobs": TOP}]) as server:
        document = call(*words, "-o", "json", "--host", server.url)
        body = next(each.json for each in server.requests if each.path == f"/api/{command}")
        events = call(*words, "-o", "jsonl", "--host", server.url).events
    assert document.json["logprobs"] == [TOLD]
    assert (body["logprobs"], body["top_logprobs"]) == (True, 1)
    assert events[1] == {"event": "text", "text": "Hi", "logprobs": [TOLD]}
    assert events[-1]["logprobs"] == [TOLD]


def test_the_next_word_is_never_its_value() -> None:
    with answering(logprobs=[LIKELY]) as server:
        result = call("generate", "-m", "m", "--logprobs", "5", "-o", "json", "--host", server.url)
        body = next(each.json for each in server.requests if each.path == "/api/generate")
    assert result.json["logprobs"] == [{**TOLD, "top": []}]
    assert (body["prompt"], body["logprobs"], "top_logprobs" in body) == ("5", True, False)


def test_who_does_not_ask_is_told_nothing() -> None:
    with answering(logprobs=[LIKELY]) as server:
        result = call("generate", "x", "-m", "m", "-o", "json", "--host", server.url)
        body = next(each.json for each in server.requests if each.path == "/api/generate")
    assert "logprobs" not in result.out
    assert "logprobs" not in json.dumps(body)


def test_a_server_that_is_too_old_for_them() -> None:
    with answering() as server:
        result = call("chat", "x", "-m", "m", "--logprobs", "-o", "json", "--host", server.url)
    assert result.code == 0
    assert "logprobs" not in result.json
    assert "warning: the server told no logprobs: an Ollama before 0.12.11 has none" in result.err


@pytest.mark.parametrize("command", ["generate", "chat"])
@pytest.mark.parametrize("words", [(), ("-o", "text"), ("-o", "raw"), ("-o", "json", "=21")])
def test_where_there_is_no_place_for_them(command: str, words: tuple[str, ...]) -> None:
    flag = "--logprobs" + "".join(word for word in words if word.startswith("="))
    plain = [word for word in words if not word.startswith("=")]
    result = call(command, "x", "-m", "m", flag, *plain, "--host", "http://127.0.0.1:9")
    assert (result.code, result.out) == (2, "")
    assert "--logprobs" in result.err


@pytest.mark.parametrize("api", ["native", "openai"])
def test_the_demo_tells_what_it_draws(api: str) -> None:
    words = ("--demo", "--api", api, "chat", "bees", "--temperature", "0", "--logprobs=2")
    found = call(*words, "-o", "json").json
    assert "".join(each["token"] for each in found["logprobs"]) == found["text"]
    drawn = found["logprobs"][-1]
    assert drawn["token"] == drawn["top"][0]["token"]
    assert 0 >= drawn["logprob"] == drawn["top"][0]["logprob"]


def test_what_a_format_forces_is_unlikely() -> None:
    words = ("--demo", "generate", "bees", "--format", "json", "--logprobs", "-o", "json")
    found = call(*words).json
    assert "".join(each["token"] for each in found["logprobs"]) == found["text"]
    assert {each["logprob"] for each in found["logprobs"]} == {-39.9}


def test_an_api_without_words_for_them() -> None:
    kept, left_out = anthropic_requests.fitted(ChatRequest("m", [], logprobs=3))
    assert (kept.logprobs, left_out) == (None, ("logprobs",))
    whole = openai_requests.possible_requests(
        GenerateRequest("m", "x", logprobs=3), has_completions=True
    )
    assert [(path, body["top_logprobs"]) for path, body in whole] == [("/chat/completions", 3)]
    bare = openai_requests.possible_requests(
        GenerateRequest("m", "x", raw=True, logprobs=3), has_completions=True
    )
    assert [(path, body["logprobs"]) for path, body in bare] == [("/completions", 3)]
