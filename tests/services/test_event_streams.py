"""An answer comes event by event or as its bytes, and a stream that is left is closed."""

from typing import Any

import pytest
from hostile import (
    CHUNKED,
    LAST_CHUNK,
    NDJSON,
    Peer,
    Script,
    Server,
    answer,
    bytes_then,
    chunk,
    document,
    head,
    lines,
)

from ollama_cli.errors import OllamaCliError, ProtocolError, ServerError, StreamCutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.stream import EventStream
from ollama_cli.types.answer_events import Done, Text, Thinking
from ollama_cli.types.answers import Answer
from ollama_cli.types.pull_events import ChunkProgress, Error, Status, Success

ANSWER = [
    {"response": "", "thinking": "Hm"},
    {"response": "Yes"},
    {"response": ".", "done": True, "done_reason": "stop", "model": "m"},
]
EVENTS = [
    Thinking("Hm"),
    Text("Yes"),
    Text("."),
    Done(Answer(model="m", text="Yes.", thinking="Hm", done_reason="stop")),
]


def test_an_answer_comes_event_by_event() -> None:
    with Server(lines(*ANSWER)) as server, OllamaClient(server.url) as client:
        with client.generate("m", "x") as events:
            assert list(events) == EVENTS
        assert next(events, None) is None


def test_a_pull_comes_event_by_event_and_its_error_is_an_event() -> None:
    script = lines(
        {"status": "pulling manifest"},
        {"status": "pulling ab", "digest": "sha256:ab", "total": 2},
        {"error": "no space left on device"},
    )
    with Server(script) as server, OllamaClient(server.url) as client:
        assert list(client.pull("m")) == [
            Status("pulling manifest"),
            Status("pulling ab"),
            ChunkProgress("sha256:ab", 2, None),
            Error("no space left on device"),
        ]


def test_what_stands_before_a_broken_line_is_kept() -> None:
    body = b'{"response":"a"}\n{"response":"b"}\n<html>\n'
    script = bytes_then(CHUNKED + chunk(body) + LAST_CHUNK)
    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        assert [next(events), next(events)] == [Text("a"), Text("b")]
        with pytest.raises(ProtocolError):
            next(events)
        assert next(events, None) is None


@pytest.mark.parametrize("way", ["close", "with", "raw", "forgotten"])
def test_a_stream_that_is_closed_early_closes_the_connection(way: str) -> None:
    gone: list[bool] = []

    def script(peer: Peer) -> None:
        peer.send(CHUNKED + chunk(b'{"response":"x"}\n'))
        gone.append(peer.gone())

    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        if way == "raw":
            pieces = events.raw()
            next(pieces)
            events.close()
            assert next(pieces, None) is None
        else:
            assert next(events) == Text("x")
        if way == "with":
            with events:
                pass
        elif way == "close":
            events.close()
        else:
            del events
    assert gone == [True]


def test_an_error_answer_closes_the_connection() -> None:
    gone: list[bool] = []

    def script(peer: Peer) -> None:
        peer.send(head(400, {"Content-Length": "2", "Connection": "keep-alive"}) + b"{}")
        gone.append(peer.gone())

    with (
        Server(script) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError),
    ):
        next(client.generate("m", "x"))
    assert gone == [True]


def raw_of(script: Script, *, pull: bool = False) -> tuple[bytes, OllamaCliError | None]:
    got = b""
    with Server(script) as server, OllamaClient(server.url) as client:
        stream: EventStream[Any] = client.pull("m") if pull else client.generate("m", "x")
        try:
            for piece in stream.raw():
                got += piece
        except OllamaCliError as error:
            return got, error
    return got, None


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_raw_bytes_are_the_servers_bytes(size: int) -> None:
    body = b' {"response":"\xe2\x98\x83 \xc2\x85"}\r\n\n{"x":  1.0}\n{"done":true}'
    pieces = [chunk(body[start : start + size]) for start in range(0, len(body), size)]
    assert raw_of(bytes_then(CHUNKED + b"".join(pieces) + LAST_CHUNK)) == (body, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"response":"x"}\n', ProtocolError),
        (b'{"response":"x"}\n{"error":"it broke"}\n', ServerError),
        (b'{"response":"x"}\nrubbish\n', ProtocolError),
        (b'{"response":"x"}\n{"done":', StreamCutError),
        (b"", ProtocolError),
    ],
)
def test_raw_bytes_are_all_there_before_their_error(
    body: bytes, kind: type[OllamaCliError]
) -> None:
    pieces = chunk(body) if body else b""
    got, error = raw_of(bytes_then(CHUNKED + pieces + LAST_CHUNK))
    assert got == body
    assert type(error) is kind


def test_raw_bytes_of_a_refused_request_are_its_error() -> None:
    got, error = raw_of(answer(400, b'{"error":"no"}'))
    assert got == b""
    assert error is not None
    assert error.message == "no"


def test_raw_bytes_of_a_pull_are_left_to_whoever_follows_them() -> None:
    body = b'{"status":"pulling manifest"}\n{"error":"no"}\n'
    assert raw_of(bytes_then(CHUNKED + chunk(body) + LAST_CHUNK), pull=True) == (body, None)


def test_a_pull_of_one_line_without_newline_succeeds() -> None:
    with Server(document({"status": "success"})) as server, OllamaClient(server.url) as client:
        assert list(client.pull("m")) == [Status("success"), Success()]


def test_a_burst_holds_what_one_read_brought_also_before_a_failure() -> None:
    body = head(200, NDJSON) + b'{"response":"a"}\n{"response":"b"}\n{"error":"x"}\n'
    with Server(bytes_then(body)) as server, OllamaClient(server.url) as client:
        bursts = client.generate("m", "x").bursts()
        assert [event for burst in [next(bursts)] for event in burst] == [Text("a"), Text("b")]
        with pytest.raises(OllamaCliError, match="x"):
            next(bursts)
