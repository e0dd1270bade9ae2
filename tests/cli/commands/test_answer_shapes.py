"""Answers of every shape: text is found wherever it stands, and no end passes without a word."""

import json
from typing import Any

import pytest
from answer_chunks import DONE, delta, event, streamed
from clients import stranger
from hostile import Script, Server, answer, by_path, document, lines
from shell import Result, call

END = {"model": "m", "message": {"content": ""}, "done": True, "done_reason": "stop"}
SMILE = "smile \N{GRINNING FACE} end\n"
TEXT = [{"type": "text", "text": "The answer is 42."}]
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}


def whole(content: object) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def sse(*events: object) -> Script:
    sent = (each if isinstance(each, bytes) else event(each) for each in events)
    return streamed(*sent, DONE)


def v1(script: Script) -> Server:
    models = document({"object": "list", "data": [{"id": "m"}]})
    return stranger(by_path({"/v1/models": models, "/v1/chat/completions": script}))


def native(script: Script) -> Server:
    return Server(by_path({"/api/version": document({"version": "0.24.0"}), "/api/chat": script}))


def chat(server: Server, *args: str) -> Result:
    path = "" if server._tells_version else "/v1"
    with server:
        return call("--host", f"{server.url}{path}", "chat", "hello", "-m", "m", *args)


@pytest.mark.parametrize(
    "script",
    [
        sse(delta(content=TEXT), delta("stop", content="")),
        sse(delta(content=[THOUGHT]), delta(content=TEXT), delta("stop")),
        sse(whole("The answer is 42.")),
        sse(whole(TEXT)),
        document(whole("The answer is 42.")),
        answer(200, json.dumps(whole(TEXT), indent=1).encode() + b"\n" + DONE),
        sse(delta(text="The answer is 42."), delta("end_turn")),
        sse(delta(content="<think>Hm.</think>The answer is 42."), delta("stop")),
        sse(delta(reasoning_text="Hm."), delta(content="The answer is 42.", refusal=None)),
    ],
)
def test_text_of_v1_is_found_wherever_it_stands(script: Script) -> None:
    result = chat(v1(script))
    assert (result.code, result.out) == (0, "The answer is 42.\n")
    assert result.err in {"", "Hm.\n", "thinking: Hm.\n"} or "Hm." in result.err


@pytest.mark.parametrize(
    "message",
    [
        {"content": [{"type": "text", "text": "hi"}]},
        {"content": "<think>Hm.</think>hi"},
        {"content": "hi", "reasoning_content": "Hm."},
        {"content": {"text": "hi"}},
    ],
)
def test_text_of_ollama_is_found_likewise(message: dict[str, object]) -> None:
    result = chat(native(lines({"message": message, "done": False}, END)))
    assert (result.code, result.out) == (0, "hi\n")


HALVES = (b'"smile \\ud83d"', b'"\\ude00 end"')


def test_a_character_in_two_events_is_one() -> None:
    pieces = [b'data: {"choices":[{"delta":{"content":%b}}]}\n\n' % half for half in HALVES]
    halves = [b'{"message":{"content":%b},"done":false}\n' % half for half in HALVES]
    body = b"".join(halves) + json.dumps(END).encode()
    for server in (v1(sse(*pieces, delta("stop"))), native(answer(200, body))):
        assert chat(server).out == SMILE
    again = v1(sse(*pieces, delta("stop")))
    assert chat(again, "-o", "json").json["text"] == SMILE.strip()


def test_what_is_sent_is_utf_8() -> None:
    with native(lines(END)) as server:
        call("--host", server.url, "chat", "caf\udce9", "-m", "m", "-s", "\ud83d\ude00")
        messages = json.loads(server.requests[-1].body.decode())["messages"]
    assert [each["content"] for each in messages] == [
        "\N{GRINNING FACE}",
        "caf\N{REPLACEMENT CHARACTER}",
    ]


@pytest.mark.parametrize(
    "reported",
    [
        {"code": 1305, "msg": "the model is overloaded", "success": False},
        {"base_resp": {"status_code": 1002, "status_msg": "the model is overloaded"}},
        {"choices": [{"error": {"message": "the model is overloaded"}, "finish_reason": "error"}]},
        {"choices": [{"delta": {}, "error": "the model is overloaded"}]},
        {"error": True, "message": "the model is overloaded"},
        {"type": "error", "error": {"type": "x", "message": "the model is overloaded"}},
        {"status": 503, "message": "the model is overloaded"},
        {"detail": "the model is overloaded"},
        {"errors": [{"message": "the model is overloaded"}]},
        {"error_code": 336100, "error_msg": "the model is overloaded"},
    ],
)
def test_an_error_is_found_at_every_level(reported: dict[str, object]) -> None:
    for script in (sse(reported), document(reported), sse(delta(content="Half"), reported)):
        result = chat(v1(script))
        assert result.code == 5
        assert "the model is overloaded" in result.err
    result = chat(native(lines(reported)))
    assert (result.code, "the model is overloaded" in result.err) == (5, True)


@pytest.mark.parametrize("reason", ["error", "network_error", "insufficient_system_resource"])
def test_an_answer_that_ends_in_an_error_keeps_its_text(reason: str) -> None:
    result = chat(v1(sse(delta(content="Half an ans"), delta(reason, content=""))))
    assert (result.code, result.out) == (5, "Half an ans")
    assert f"error: the server ended the answer with '{reason}'" in result.err


@pytest.mark.parametrize("reason", ["content_filter", "SAFETY", "sensitive", "refusal"])
def test_a_filter_is_told_and_named(reason: str) -> None:
    script = sse(delta(content="Half an ans"), delta(reason))
    result = chat(v1(script))
    assert (result.code, result.out) == (0, "Half an ans\n")
    assert f"warning: a filter of the server ended the answer (done_reason: {reason})" in result.err
    told = chat(v1(script), "-o", "json").json
    assert (told["done_reason"], told["complete"], told["cut"]) == (reason, False, "filter")
    strict = chat(v1(script), "--strict")
    assert (strict.code, strict.out) == (9, "Half an ans\n")


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([""], "the model said nothing (done_reason: stop)"),
        ([" \n"], "the model said nothing (done_reason: stop)"),
        (["<think>Hm."], "the model thought, and said nothing (done_reason: stop)"),
        (["<think>Hm.</think>\n"], "the model thought, and said nothing (done_reason: stop)"),
    ],
)
def test_an_answer_of_nothing_is_told(messages: list[str], words: str) -> None:
    chunks = [delta(content=text) for text in messages]
    said = [{"message": {"content": text}, "done": False} for text in messages]
    for server in (v1(sse(*chunks, delta("stop"))), native(lines(*said, END))):
        result = chat(server)
        assert (result.code, result.out.strip()) == (0, "")
        assert f"warning: {words}\n" in result.err


def test_what_cannot_be_shown_is_named_once() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:x"}}
    result = chat(v1(sse(delta(content=[picture, *TEXT]), delta(content=[picture]), delta("stop"))))
    assert (result.code, result.out) == (0, "The answer is 42.\n")
    assert result.err.count("the answer holds an image too") == 1


def test_a_clean_end_without_its_mark_is_noted_under_v() -> None:
    script = streamed(event(delta(content="hi")), event(delta("stop")))
    assert (chat(v1(script)).out, chat(v1(script)).err) == ("hi\n", "")
    with v1(script) as server:
        noted = call("-v", "--host", f"{server.url}/v1", "chat", "hello", "-m", "m")
    assert "the stream ended without [DONE], after its finish_reason" in noted.err


@pytest.mark.parametrize(
    ("listed", "given", "told"),
    [
        (["gemma"], "gemma", "warning: gemma answered: the server has no m\n"),
        (["gemma"], "m", ""),
        (["m", "gemma"], "gemma", ""),  # a name that stands for another, as LiteLLM has them
        (["m"], "m-2026-11-29", ""),
        (["gemma"], "gemma-2026-11-29", ""),
        ([], "gemma", ""),
    ],
)
def test_an_answer_of_another_model_is_told(listed: list[str], given: str, told: str) -> None:
    models = document({"object": "list", "data": [{"id": name} for name in listed]})
    said = document({**whole("The answer is 42."), "model": given})
    server = stranger(by_path({"/v1/models": models, "/v1/chat/completions": said}))
    result = chat(server)
    assert (result.code, result.out, result.err) == (0, "The answer is 42.\n", told)


@pytest.mark.parametrize(
    ("asked", "given", "questions"),
    [
        ("m", "m", 0),
        ("m", "m-2026-11-29", 0),
        ("m", "x/M@20261129", 0),
        ("x/m", "m:latest", 0),
        ("m", "m-3", 1),
        ("m", "m2026", 1),
    ],
)
def test_nobody_is_asked_about_a_name_with_a_day_behind_it(
    asked: str, given: str, questions: int
) -> None:
    models = document({"object": "list", "data": [{"id": given}]})
    said = document({**whole("The answer is 42."), "model": given})
    with stranger(by_path({"/v1/models": models, "/v1/chat/completions": said})) as server:
        result = call("--host", f"{server.url}/v1", "chat", "hello", "-m", asked)
        seen = [each.path for each in server.requests]
    assert (result.code, seen.count("/v1/models")) == (0, questions)
    assert result.err.count("answered: the server has no") == questions
