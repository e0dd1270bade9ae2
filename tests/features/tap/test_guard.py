"""Who may ask a relay: this machine, and no page from elsewhere."""

import pytest

from ollama_cli.features.tap.guard import refusal
from ollama_cli.features.tap.messages import BadMessageError, read_head, request_framing


def status(*lines: str) -> int | None:
    head = read_head("\r\n".join([*lines, "", ""]).encode("latin-1"))
    found = refusal(head)
    return found[0] if found else None


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:11434", "[::1]:80", "LOCALHOST:1", "a.localhost", "127.9.9.9"]
)
def test_a_host_that_is_this_machine(host: str) -> None:
    assert status("GET / HTTP/1.1", f"Host: {host}") is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.local",
        "127.0.0.1.evil.example",
        "evil@127.0.0.1",
        "127.0.0.1@evil",
        "127.0.0.1, evil",
        "localhost/x",
        "192.168.0.1",
        "",
        "[::ffff:10.0.0.1]",
        "localhost#evil",
        "locälhost",
    ],
)
def test_a_foreign_host(host: str) -> None:
    assert status("GET / HTTP/1.1", f"Host: {host}") == 403


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:1"])
def test_an_origin_that_is_this_machine(origin: str) -> None:
    assert status("GET / HTTP/1.1", "Host: localhost", f"Origin: {origin}") is None


@pytest.mark.parametrize(
    "origin", ["null", "", "https://evil.example", "file://", "http://localhost.evil", "localhost"]
)
def test_a_foreign_origin(origin: str) -> None:
    assert status("GET / HTTP/1.1", "Host: localhost", f"Origin: {origin}") == 403
    assert status("GET / HTTP/1.1", "Origin: http://localhost", f"oRIGIN: {origin}") == 403


def test_a_host_in_the_target() -> None:
    assert status("GET http://evil.example/ HTTP/1.1", "Host: localhost") == 403
    assert status("GET http://localhost/ HTTP/1.1", "Host: localhost") is None
    assert status("GET /?to=http://evil.example HTTP/1.1", "Host: localhost") is None


def test_a_request_that_names_no_host_is_no_page() -> None:
    assert status("GET / HTTP/1.0") is None


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /", "Host: localhost"),
        ("GET / HTTP/2.0", "Host: localhost"),
        ("GET / HTTP/1.1", "Host: localhost", "Host: localhost"),
    ],
)
def test_what_is_no_request(lines: tuple[str, ...]) -> None:
    assert status(*lines) == 400


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"Content-Length: +1\r\n",
        b"Content-Length : 1\r\n",
        b"Host: a\r\n folded\r\n",
        b"Host: local\rhost\r\n",
        b"no field\r\n",
    ],
)
def test_what_can_be_read_in_two_ways(lines: bytes) -> None:
    with pytest.raises(BadMessageError):
        request_framing(read_head(b"POST / HTTP/1.1\r\n" + lines + b"\r\n"))
