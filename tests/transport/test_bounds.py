"""Nothing that a server sends is endless: neither in time, where it counts, nor in memory."""

import itertools
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest
from clients import stranger
from dead_ports import closed_port
from hostile import NDJSON, Peer, Script, answer, by_path, bytes_then, document, head

from ollama_cli.errors import ProtocolError, ServerError, StreamCutError, TimedOutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport.chunked import ChunkedBody
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.wire import decoding, ndjson

QUICK = Timeouts(health=0.5, metadata=5, first_token=5, between_tokens=5)


def dripping(first: bytes, again: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.send(first)
        with suppress(OSError):
            for _ in range(100):
                time.sleep(0.03)
                peer.send(again)

    return script


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    ],
    ids=["headers", "informational answers", "a body", "trailers"],
)
def test_a_server_that_drips_does_not_hold_health(first: bytes, again: bytes) -> None:
    with (
        stranger(dripping(first, again)) as server,
        OllamaClient(server.url, timeouts=QUICK) as client,
    ):
        health, error = client.examine()
    assert not health.connected
    assert isinstance(error, TimedOutError)
    assert "did not answer in full within 0.5 s" in error.message
    assert server.url in error.message


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"H", b"T"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=", b"x"),
    ],
    ids=["a header", "headers", "a status", "informational answers", "framing"],
)
def test_what_is_no_token_does_not_hold_an_answer(first: bytes, again: bytes) -> None:
    limits = Timeouts(first_token=0.3, between_tokens=0.3)
    with (
        stranger(dripping(first, again)) as server,
        OllamaClient(server.url, timeouts=limits) as client,
        pytest.raises(TimedOutError),
    ):
        list(client.chat("m", [{"role": "user", "content": "hi"}]))


def test_an_error_that_drips_is_the_error_that_it_began_with() -> None:
    drip = dripping(b"HTTP/1.1 500 X\r\n\r\nno room: ", b"x")
    limits = Timeouts(first_token=0.3, between_tokens=0.3)
    with (
        stranger(drip) as server,
        OllamaClient(server.url, timeouts=limits) as client,
        pytest.raises(ServerError, match="no room: x") as caught,
    ):
        list(client.chat("m", [{"role": "user", "content": "hi"}]))
    assert caught.value.http_status == 500
    assert "x" * 50 not in caught.value.message


def test_a_slow_head_leaves_the_patience_for_the_answer_as_it_was() -> None:
    def script(peer: Peer) -> None:
        for each in head(200, NDJSON).splitlines(keepends=True):
            time.sleep(0.04)
            peer.send(each)
        time.sleep(0.5)
        peer.send(b'{"message":{"content":"a"},"done":true,"done_reason":"stop"}\n')

    limits = Timeouts(first_token=5, between_tokens=5)
    with stranger(script) as server, OllamaClient(server.url, timeouts=limits) as client:
        assert list(client.chat("m", [{"role": "user", "content": "hi"}]))


def test_a_health_without_a_bound_has_no_watch() -> None:
    tags = document({"models": []})
    with (
        stranger(
            by_path({"/api/version": document({"version": "1"}), "/api/tags": tags})
        ) as server,
        OllamaClient(server.url, timeouts=Timeouts(health=0)) as client,
    ):
        assert client.health().connected


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_body_of_a_redirect_is_never_read(method: str) -> None:
    sent = 0

    def endless(peer: Peer) -> None:
        nonlocal sent
        peer.send(head(302, {"Location": "/elsewhere", "Transfer-Encoding": "chunked"}))
        with suppress(OSError):
            for sent in range(10_000):  # noqa: B007  40 MB, told outside
                peer.send(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")

    with (
        stranger(endless, document({"version": "1"})) as server,
        OllamaClient(server.url) as client,
    ):
        if method == "GET":
            assert client.version() == "1"
        else:
            with pytest.raises(ServerError, match="points elsewhere"):
                client.show("m")
    assert sent < 9_999


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "http://[",
        "http://h:99999/",
        "http://a b/",
        "http://.../",
        "http://*.h/",
        f"http://{64 * 'a'}.h/",
    ],
)
def test_a_redirect_to_no_address_is_the_servers_fault(location: str) -> None:
    moved = bytes_then(head(302, {"Location": location, "Content-Length": "0"}))
    with stranger(moved) as server, OllamaClient(server.url) as client:
        with pytest.raises(ServerError, match="points to no address") as caught:
            client.version()
        assert caught.value.exit_code == 5


@pytest.mark.parametrize("path", ["/x", "/x?y=1", "/x#y", "/x@y"])
def test_a_redirect_to_a_dead_address_names_that_one(path: str) -> None:
    closed = closed_port()
    moved = bytes_then(
        head(302, {"Location": f"http://127.0.0.1:{closed}{path}", "Content-Length": "0"})
    )
    with stranger(moved) as server, OllamaClient(server.url) as client:
        health, error = client.examine()
    assert health.error_kind == "unreachable"
    assert error is not None
    assert f"at http://127.0.0.1:{closed}: connection refused" in error.message


def test_a_redirect_elsewhere_is_followed_without_the_password() -> None:
    with stranger(document({"version": "1"})) as other:
        moved = bytes_then(head(302, {"Location": other.url + "/v", "Content-Length": "0"}))
        with stranger(moved) as server:
            url = server.url.replace("http://", "http://me:secret@")
            with OllamaClient(url) as client:
                assert client.version() == "1"
            assert "Authorization" in server.requests[0].headers
        assert "Authorization" not in other.requests[0].headers


def test_an_endless_list_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama_cli.services.connection._LARGEST_LIST", 10_000)
    body = head(200, {"Content-Type": "application/json"}) + b" " * 20_000
    with stranger(bytes_then(body)) as server, OllamaClient(server.url) as client:
        for ask in (client.list_models, partial(client.copy, "a", "b"), partial(client.show, "a")):
            with pytest.raises(ServerError, match="more than 10000 bytes") as caught:
                ask()
            assert server.url in caught.value.message


INFORMATIONAL = b"".join(
    b"HTTP/1.1 %d Wait\r\nLink: </x>; rel=preload\r\n\r\n" % status
    for status in (100, 102, 103, 199)
)


def test_informational_answers_are_not_the_answer() -> None:
    last = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + b'{"version":"1"}'
    with (
        stranger(bytes_then(INFORMATIONAL + last)) as server,
        OllamaClient(server.url) as client,
    ):
        assert client.version() == "1"


@pytest.mark.parametrize("flood", [INFORMATIONAL * 30, b"HTTP/1.1 100 Continue\r\n\r\n" * 120])
def test_of_informational_answers_there_are_only_so_many(flood: bytes) -> None:
    with (
        stranger(bytes_then(flood, Peer.stall)) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ServerError, match="only informational answers came"),
    ):
        next(client.answer(ChatRequest(model="m", messages=[])))


@pytest.mark.parametrize("status", [101, 206])
def test_an_answer_that_nobody_asked_for_is_none(status: int) -> None:
    with (
        stranger(answer(status, b"{}")) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ProtocolError, match=f"answers {status}, which nobody asked for"),
    ):
        client.copy("a", "b")


def test_an_endless_line_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "LONGEST_LINE", 1000)

    def chunks() -> Iterator[bytes]:
        yield b'{"a": "'
        yield from itertools.repeat(b"x" * 100, 1000)

    with pytest.raises(ProtocolError, match="a line of more than 1000 bytes"):
        list(ndjson.decode(chunks()))
    short = [b'{"a":' + b"1" * 90 + b"}\n" for _ in range(100)]
    assert len(list(ndjson.decode(short))) == 100


def test_endless_trailers_are_no_framing() -> None:
    body = ChunkedBody()
    body.feed(b"0\r\n")
    with pytest.raises(ValueError, match="trailers"):
        body.feed(b"X: y\r\n" * 20_000)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_only_python_calls_json_is_none(constant: bytes) -> None:
    with pytest.raises(ProtocolError, match="no JSON"):
        decoding.document(b'{"a": ' + constant + b"}")


DONE = b'{"response":"a","done":true}\n'


def test_a_cut_after_the_end_marker_has_lost_nothing() -> None:
    begun = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})
    whole = begun + b"%x\r\n" % len(DONE) + DONE + b"\r\n"
    with stranger(bytes_then(whole)) as server, OllamaClient(server.url) as client:
        assert len(list(client.generate("m", "x"))) == 2
        assert b"".join(client.generate("m", "x").raw()) == DONE
    half = begun + b"5\r\n{}\n{}\r\n"
    with (
        stranger(bytes_then(half)) as server,
        OllamaClient(server.url) as client,
        pytest.raises(StreamCutError),
    ):
        list(client.generate("m", "x").raw())


def test_what_comes_after_the_end_marker_is_no_part_of_the_answer() -> None:
    body = head(200, NDJSON) + DONE + b'{"response":"LATE"}\n{"error":"x"}\n'
    with stranger(bytes_then(body)) as server, OllamaClient(server.url) as client:
        assert len(list(client.generate("m", "x"))) == 2
