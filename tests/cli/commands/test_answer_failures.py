"""Answers that fail: what came is kept, the rest is one sentence and its exit code."""

import json
from typing import Any

import pytest
from hostile import (
    LAST_CHUNK,
    NDJSON,
    Peer,
    Script,
    Server,
    answer,
    chunk,
    document,
    head,
    lines,
    page,
)
from shell import call

CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})
RAN_OUT = "an error was encountered while running the model: unexpected EOF"
NESTED = json.dumps(
    {"error": {"code": 400, "message": "request (9000 tokens) exceeds the available context size"}}
)
SIGN_IN = {"error": "unauthorized", "signin_url": "https://example.test/connect?key=c3No"}
DONE = {"model": "m", "response": "", "message": {"content": ""}, "done": True}


def word(text: str) -> dict[str, Any]:
    return {"model": "m", "response": text, "message": {"content": text}, "done": False}


WORDS = [word("one "), word("two "), word("three")]


def open_ended(*values: object, tail: bytes = b"") -> Script:
    """A stream whose last chunk never comes, and perhaps a piece of a line."""
    chunks = [chunk(json.dumps(value).encode() + b"\n") for value in values]
    return lambda peer: peer.send(CHUNKED, *chunks, chunk(tail) if tail else b"")


def reset(peer: Peer) -> None:
    open_ended(*WORDS)(peer)
    peer.reset()


REFUSALS: list[tuple[Script, int, str]] = [
    (document({"error": "boom"}, 500), 5, "error: boom\n"),
    (document({"error": NESTED}, 400), 8, "exceeds the available context size"),
    (document({"error": "the input length exceeds the context length"}, 400), 8, "--num-ctx"),
    (document({"error": "model 'm' not found"}, 404), 4, " models pull m`, or"),
    (answer(404, b"404 page not found"), 5, "HTTP 404 Not Found"),
    (answer(405, b"405 method not allowed"), 5, "HTTP 405 Method Not Allowed"),
    (answer(403), 6, "HTTP 403"),
    (document(SIGN_IN, 401), 6, "hint: open https://example.test/connect?key=c3No\n"),
    (page(), 5, "an HTML page came from"),
    (page(502), 5, "HTTP 502 Bad Gateway with an HTML page"),
    (answer(307, headers={"Location": "https://u:p@elsewhere/"}), 5, "points elsewhere: https://"),
    (document({"error": '"m" does not support thinking'}, 400), 5, "leave out --think"),
    (answer(200, b"hello\n"), 5, "no JSON"),
    (answer(200, b""), 5, "ended without its end marker"),
]
BROKEN: list[tuple[Script, str]] = [
    (lines(*WORDS, {"error": RAN_OUT}), f"error: {RAN_OUT}\n"),
    (lines(*WORDS), "error: the answer ended without its end marker: it is incomplete\nhint: "),
    (open_ended(*WORDS), "cut off"),
    (open_ended(*WORDS, tail=b'{"response": "fo'), "cut"),
    (lines(*WORDS, [1]), "no JSON object"),
    (reset, "broke the connection"),
]


@pytest.fixture(autouse=True)
def _no_pauses(pauses_taken: list[float]) -> None:
    """Take no pause before a further try."""


@pytest.mark.parametrize("command", ["generate", "chat"])
@pytest.mark.parametrize(("script", "code", "told"), REFUSALS)
def test_a_refusal(command: str, script: Script, code: int, told: str) -> None:
    with Server(script) as server:
        result = call(command, "hi", "-m", "m", "--host", server.url)
        as_json = call(command, "hi", "-m", "m", "--json", "--host", server.url)
        as_lines = call(command, "hi", "-m", "m", "-o", "jsonl", "--host", server.url)
        as_raw = call(command, "hi", "-m", "m", "-o", "raw", "--host", server.url)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("error: ")
    assert told in result.err
    assert "p@" not in result.err
    assert (as_json.code, as_json.out, as_json.error["exit"]) == (code, "", code)
    assert as_lines.code == as_raw.code == code
    assert [event["event"] for event in as_lines.events] == ["start", "error"]
    assert as_lines.events[-1] == {"event": "error", **as_lines.error}


@pytest.mark.parametrize("command", ["generate", "chat"])
@pytest.mark.parametrize(("script", "told"), BROKEN)
def test_what_came_before_a_failure_is_kept(command: str, script: Script, told: str) -> None:
    with Server(script) as server:
        result = call(command, "hi", "-m", "m", "--host", server.url)
        held = call(command, "hi", "-m", "m", "--no-stream", "--host", server.url)
        as_json = call(command, "hi", "-m", "m", "--json", "--host", server.url)
        as_lines = call(command, "hi", "-m", "m", "-o", "jsonl", "--host", server.url)
    assert result.code == held.code == as_json.code == as_lines.code == 5
    assert result.out.startswith("one two ")
    assert held.out == result.out
    assert told in result.err
    assert as_json.json["done_reason"] is None
    assert as_json.json["text"] == result.out.strip("\n")
    assert as_json.error["exit"] == 5
    texts = [event["text"] for event in as_lines.events if event["event"] == "text"]
    assert "".join(texts) == result.out.strip("\n")
    assert as_lines.events[-1] == {"event": "error", **as_lines.error}


def test_a_server_that_is_busy_and_then_is_not(pauses_taken: list[float]) -> None:
    busy = document({"error": "server busy, please try again."}, 503)
    with Server(busy, lines(word("ok"), DONE)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url)
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    assert len(pauses_taken) == 1


def test_a_server_that_stays_busy(pauses_taken: list[float]) -> None:
    with Server(document({"error": "server busy"}, 503)) as server:
        result = call("chat", "hi", "-m", "m", "--host", server.url)
        assert server.connections == 3
    assert (result.code, result.out, result.err) == (
        5,
        "",
        "error: server busy\nhint: try again in a moment\n",
    )
    assert len(pauses_taken) == 2


def test_an_answer_that_goes_silent() -> None:
    def script(peer: Peer) -> None:
        open_ended(*WORDS)(peer)
        peer.stall()

    with Server(script) as server:
        result = call("generate", "hi", "-m", "m", "--timeout", "0.5", "--host", server.url)
    assert result.code == 7
    assert result.out.startswith("one two three")
    assert f"error: the server at {server.url} (from --host) went silent\n" in result.err


def test_a_first_token_that_does_not_come() -> None:
    env = {"OLLAMA_CLI_FIRST_TOKEN_TIMEOUT": "0.1"}
    with Server(lambda peer: peer.stall()) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url, env=env)
    assert (result.code, result.out) == (7, "")


def test_a_line_of_16_mebibytes() -> None:
    long = "x" * (16 << 20)
    with Server(lines(word(long), DONE)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url)
    assert (result.code, result.err) == (0, "")
    assert result.raw == long.encode() + b"\n"


def test_text_that_is_cut_anywhere_arrives_whole() -> None:
    text = "snow\N{SNOWMAN} \x85\u2028\N{GRINNING FACE}\n"
    body = b"".join(
        json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in (word(text), DONE)
    )
    pieces = [chunk(body[i : i + 1]) for i in range(len(body))]
    with Server(lambda peer: peer.send(CHUNKED, *pieces, LAST_CHUNK)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url)
    assert (result.code, result.raw) == (0, text.encode())


def test_a_last_line_without_its_newline() -> None:
    body = json.dumps(word("a")).encode() + b"\n" + json.dumps({**DONE, "done": True}).encode()
    with Server(answer(200, body)) as server:
        assert call("generate", "hi", "-m", "m", "--host", server.url).out == "a\n"


def test_a_lone_surrogate_does_no_harm() -> None:
    body = b'{"response": "a\\ud800b", "done": false}\n' + json.dumps(DONE).encode()
    with Server(answer(200, body)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url)
        events = call("generate", "hi", "-m", "m", "-o", "jsonl", "--host", server.url)
    assert (result.code, result.out) == (0, "a\N{REPLACEMENT CHARACTER}b\n")
    assert events.code == 0


def test_statistics_do_not_drive_the_terminal() -> None:
    end = {"response": "a", "done": True, "done_reason": "\x1b[31mX\x1b]0;t\x07", "eval_count": 1}
    huge = {"response": "a", "done": True, "eval_count": 10**400, "eval_duration": 1}
    for last in (end, huge):
        with Server(lines(last)) as server:
            result = call("generate", "hi", "-m", "m", "--stats", "--host", server.url)
        assert (result.code, result.out) == (0, "a\n")
        assert "\x1b" not in result.err


def test_a_password_that_a_server_echoes_stays_hidden() -> None:
    echo = "got Authorization: Basic dXNlcjpzM2NyZXQ= for http://user:s3cret@h/"
    with Server(document({"error": echo}, 400)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url, "-o", "json")
    assert result.code == 5
    assert "dXNlc" not in result.err
    assert "s3cret" not in result.err


def test_a_message_of_megabytes_is_clipped() -> None:
    with Server(document({"error": "no", "signin_url": "u" * 1_000_000}, 401)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url)
    assert result.code == 6
    assert len(result.err) < 5000


def test_infinite_numbers_are_null_in_json() -> None:
    shown = {"model_info": {"a": 1}, "details": {"b": [1]}}
    body = json.dumps(shown).replace('"a": 1', '"a": 1e999').replace("[1]", "[-1e999, 2]")
    with Server(answer(200, body.encode())) as server:
        result = call("models", "show", "m", "-o", "json", "--host", server.url)
    assert result.code == 0
    document = json.loads(result.out, parse_constant=pytest.fail)
    assert document["model_info"] == {"a": None}
    assert document["details"] == {"b": [None, 2]}
