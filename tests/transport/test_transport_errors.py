"""Each way in which a server can fail becomes one error of ours: a row per way."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dead_ports import closed_port, full_backlog
from hostile import CHUNKED, JSON, NDJSON, Script, Server, answer, bytes_then, chunk, head

from ollama_cli.errors import (
    ConfigError,
    OllamaCliError,
    ServerError,
    StreamCutError,
    TimedOutError,
    UnreachableError,
)
from ollama_cli.transport.client import Transport


@contextmanager
def transport(root: str, *, connect_timeout: float = 5, **options: str) -> Iterator[Transport]:
    sender = Transport(root, connect_timeout=connect_timeout, **options)  # type: ignore[arg-type]  # ca_file
    try:
        yield sender
    finally:
        sender.close()


def fetch(root: str, *, method: str = "GET", wait: float = 5, connect: float = 5) -> bytes:
    with (
        transport(root, connect_timeout=connect) as sender,
        sender.send(method, "/api/tags", {} if method == "POST" else None, wait=wait) as reply,
    ):
        return reply.read()


def failure(root: str, *, wait: float = 5, connect: float = 5) -> OllamaCliError:
    with pytest.raises(OllamaCliError) as caught:
        fetch(root, wait=wait, connect=connect)
    return caught.value


def test_a_refused_connection_is_unreachable_and_says_how_to_start_the_server() -> None:
    root = f"http://127.0.0.1:{closed_port()}"
    error = failure(root)
    assert type(error) is UnreachableError
    assert error.message == f"no running Ollama server detected at {root}: connection refused"
    place = root.removeprefix("http://")
    assert str(error.hint).startswith(f"start it with `OLLAMA_HOST={place} ollama serve` (")
    assert str(failure(f"https://{place}").hint).startswith("check the address: ")


def test_a_name_that_does_not_resolve_is_unreachable_and_named() -> None:
    error = failure("http://no-such-host.invalid:11434")
    assert type(error) is UnreachableError
    assert error.message == (
        "no server can be found at http://no-such-host.invalid:11434: "
        "no such host name: no-such-host.invalid"
    )
    assert "--host" in str(error.hint)


def test_a_plain_server_behind_https_is_unreachable() -> None:
    plain = bytes_then(b"HTTP/1.1 400 Bad Request\r\n\r\n", lambda peer: peer.stall())
    with Server(plain, reads=False) as server:
        error = failure(server.url.replace("http:", "https:"))
    assert type(error) is UnreachableError
    assert error.message.startswith("no secure connection to the server at https://127.0.0.1")
    assert "http://" in str(error.hint)


def test_a_missing_ca_file_is_no_bug_of_ours() -> None:
    with (
        transport("https://127.0.0.1:1", ca_file="/nonexistent/ca.pem") as sender,
        pytest.raises(OllamaCliError),
    ):
        sender.send("GET", "/", wait=1)


def test_a_server_that_takes_no_connection_times_out() -> None:
    with full_backlog() as root:
        error = failure(root, connect=0.2)
    assert type(error) is TimedOutError
    assert "no connection" in error.message
    assert "--connect-timeout" in str(error.hint)


def test_silence_before_the_answer_times_out() -> None:
    with Server(lambda peer: peer.stall()) as server:
        error = failure(server.url, wait=0.1)
    assert type(error) is TimedOutError
    assert error.message == f"the server at {server.url} went silent"
    assert "--timeout" in str(error.hint)


def stalled(data: bytes) -> Script:
    return bytes_then(data, lambda peer: peer.stall())


def reset(data: bytes) -> Script:
    return bytes_then(data, lambda peer: peer.reset())


CASES: dict[str, tuple[Script, type[OllamaCliError], str]] = {
    "silence within the head": (stalled(b"HTTP/1.1 200 OK\r\nX-"), TimedOutError, "went silent"),
    "silence within a body of known length": (
        stalled(head(200, {**JSON, "Content-Length": "9"}) + b"{"),
        TimedOutError,
        "went silent",
    ),
    "silence within a chunked body": (
        stalled(CHUNKED + chunk(b"{}\n")),
        TimedOutError,
        "went silent",
    ),
    "silence within a chunk": (stalled(CHUNKED + b"ff\r\n{}"), TimedOutError, "went silent"),
    "silence in a body that ends with the connection": (
        stalled(head(200, NDJSON) + b"{}\n"),
        TimedOutError,
        "went silent",
    ),
    "reset before the answer": (reset(b""), StreamCutError, "broke the connection"),
    "farewell before the answer": (
        lambda peer: None,  # noqa: ARG005  says nothing
        StreamCutError,
        "broke the connection",
    ),
    "reset within the answer": (
        reset(CHUNKED + chunk(b"{}\n")),
        StreamCutError,
        "",
    ),
    "no last chunk": (bytes_then(CHUNKED + chunk(b"{}\n")), StreamCutError, "was cut off"),
    "cut within a chunk": (bytes_then(CHUNKED + b"ff\r\n{}"), StreamCutError, "was cut off"),
    "cut within a body of known length": (
        bytes_then(head(200, {**JSON, "Content-Length": "99"}) + b"{}"),
        StreamCutError,
        "was cut off",
    ),
    "nothing of a body of known length": (
        bytes_then(head(200, {**JSON, "Content-Length": "99"})),
        StreamCutError,
        "was cut off",
    ),
    "a chunk size that is none": (
        bytes_then(CHUNKED + b"xyz\r\n{}\r\n"),
        StreamCutError,
        "was cut off",
    ),
    "a negative chunk size": (bytes_then(CHUNKED + b"-5\r\n{}\r\n"), StreamCutError, ""),
    "no HTTP at all": (bytes_then(b"\x15\x03\x01\x00\x02\x02\x16"), ServerError, "failed"),
    "a first line that is none": (bytes_then(b"HELLO\r\n\r\n"), ServerError, "failed"),
    "a head without end": (
        bytes_then(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
        ServerError,
        "failed",
    ),
    "a header line without end": (
        bytes_then(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"),
        ServerError,
        "failed",
    ),
    "a broken compression": (
        answer(200, b"no gzip", {**JSON, "Content-Encoding": "gzip"}),
        ServerError,
        "cannot be decoded",
    ),
    "a circle of redirects": (
        bytes_then(head(302, {"Location": "/api/tags", "Content-Length": "0"})),
        ServerError,
        "redirects in circles",
    ),
    "a redirect to another protocol": (
        bytes_then(head(302, {"Location": "ftp://127.0.0.1/", "Content-Length": "0"})),
        ServerError,
        "points to no address: ftp://",
    ),
    "a redirect to no address": (
        bytes_then(head(302, {"Location": "http://[", "Content-Length": "0"})),
        ServerError,
        "points to no address",
    ),
}


@pytest.mark.parametrize(("script", "kind", "words"), CASES.values(), ids=CASES)
def test_what_a_server_can_do_wrong_becomes_one_error(
    script: Script, kind: type[OllamaCliError], words: str
) -> None:
    with Server(script) as server:
        error = failure(server.url, wait=0.15 if kind is TimedOutError else 5)
    assert type(error) is kind
    assert words in error.message
    assert "\n" not in error.message
    assert "0x" not in error.message


@pytest.mark.parametrize(
    "root", ["http://.bad", "http://*x", "http://x..y", f"http://{'a' * 70}.invalid"]
)
def test_an_unusable_address_is_a_config_error(root: str) -> None:
    assert type(failure(root)) is ConfigError


def test_a_compressed_answer_is_read_although_none_was_asked_for() -> None:
    body = gzip.compress(b'{"a": 1}')
    with Server(answer(200, body, {**JSON, "Content-Encoding": "gzip"})) as server:
        assert fetch(server.url) == b'{"a": 1}'


def test_a_document_that_never_ends_is_given_up() -> None:
    with (
        Server(answer(200, b"x" * 5000)) as server,
        transport(server.url) as sender,
        sender.send("GET", "/", wait=5) as reply,
        pytest.raises(ServerError, match="more than 4000 bytes"),
    ):
        reply.read(4000)


def test_a_header_that_no_answer_may_have_is_the_servers_fault() -> None:
    lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg"
    with Server(bytes_then(lengths)) as server:
        error = failure(server.url)
    assert type(error) is ServerError
    assert "contained multiple unmatching values" in error.message
