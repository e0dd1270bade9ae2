"""What the demo server allows anybody who connects: so much time, so many, so large, from here."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer, catalogue, layers
from ollama_cli.demo.catalogue import COMPLETION, Model
from ollama_cli.demo.layers import PIECE, Layer
from ollama_cli.demo.limits import Limits

GET = b"GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/show HTTP/1.1\r\nHost: localhost\r\n"
SHOW = b'{"model": "demo"}'
SHOWN = POST + b"Content-Length: %d\r\n\r\n" % len(SHOW) + SHOW
VERSION = b'{"version":"0.32.15"}'


@contextmanager
def limited(**limits: Any) -> Iterator[DemoServer]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0, limits=Limits(**limits)) as server:
        yield server


def line(server: DemoServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), 10)


def told(connection: socket.socket, ending: bytes = b"") -> bytes:
    """Read until the server closes, or sends this ending."""
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
        if ending and answer.endswith(ending):
            break
    return answer


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        ({"idle": 0.05}, b""),
        ({"head": 0.05}, b"G"),
        ({"head": 0.05}, GET[:-2]),
        ({"body": 0.05}, SHOWN[:-1]),
        ({"body": 0.05}, POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
        ({"body": 0.05}, POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
    ],
)
def test_who_stops_in_the_middle_is_left(limits: dict[str, float], sent: bytes) -> None:
    with limited(**limits) as server, line(server) as connection:
        connection.sendall(sent)
        assert told(connection) == b""


def drip(connection: socket.socket) -> None:
    for _ in range(1000):
        connection.sendall(b"a")
        time.sleep(0.01)


@pytest.mark.parametrize("head", [GET[:-2] + b"X: ", POST + b"Content-Length: 9999\r\n\r\n"])
def test_who_sends_byte_by_byte_is_left_too(head: bytes) -> None:
    """A limit on each silence alone would never end this."""
    with limited(head=0.2, body=0.2) as server, line(server) as connection:
        connection.sendall(head)
        with pytest.raises(ConnectionError):
            drip(connection)


def test_an_idle_connection_is_left_after_its_answers_too() -> None:
    with limited(idle=0.3) as server, line(server) as connection:
        for request, ending in ((GET, VERSION), (SHOWN, b"}")):
            connection.sendall(request)
            assert told(connection, ending)
        assert told(connection) == b""


def test_one_connection_too_many_waits() -> None:
    with limited(connections=2) as server, line(server) as one, line(server) as two:
        for each in (one, two):
            each.sendall(GET)
            assert told(each, VERSION)
        with line(server) as three, line(server) as four:
            three.sendall(GET)
            four.sendall(GET)
            three.settimeout(0.1)
            with pytest.raises(TimeoutError):
                three.recv(1)
            three.settimeout(10)
            one.close()
            assert told(three, VERSION)
            two.close()
            assert told(four, VERSION)


def test_a_server_that_is_full_can_be_closed() -> None:
    with limited(connections=1) as server, line(server) as one, line(server) as two:
        one.sendall(GET)
        assert told(one, VERSION)
        server.close()
        assert told(one) == b""
        with pytest.raises((ConnectionError, AssertionError)):
            assert told(two)


@pytest.mark.parametrize(
    "head", [b"Host: evil.example\r\n", b"Host: localhost\r\nOrigin: http://evil.example\r\n"]
)
@pytest.mark.parametrize("body", [b"Content-Length: 1000000", b"Transfer-Encoding: chunked"])
def test_who_asks_is_judged_before_the_body(head: bytes, body: bytes) -> None:
    with limited() as server, line(server) as connection:
        connection.sendall(
            b"POST /api/chat HTTP/1.1\r\n" + head + body + b"\r\nExpect: 100-continue\r\n\r\n"
        )
        answer = told(connection)
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_body_is_asked_for_where_it_is_read() -> None:
    with limited() as server, line(server) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(SHOW))
        assert told(connection, b"100 Continue\r\n\r\n")
        connection.sendall(SHOW)
        assert told(connection, b"}").startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Host: localhost\r\nHost: evil.example\r\n",
        b"Host: localhost\r\nno colon\r\n",
        b"Host: localhost\r\nContent-Length : 5\r\n",
        b"Host: localhost\r\nContent-Length:\r\n",
        b"Host: localhost\r\nContent-Length: 5, 5\r\n",
        b"Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Host: localhost\r\nTransfer-Encoding: xchunked\r\n",
        b"Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n",
        b"Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_a_head_that_may_be_read_in_two_ways(head: bytes) -> None:
    with limited() as server, line(server) as connection:
        connection.sendall(b"POST /api/show HTTP/1.1\r\n" + head + b"\r\n" + GET)
        answer = told(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1, "what follows is no request of its own"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"http://127.0.0.1:80/api/version?x", b"200"),
        (b"http://evil.example/api/version", b"403"),
        (b"http://[::1/api/version", b"400"),
        (b"http://localhost", b"200"),
        (b"evil.example:443", b"404"),
        (b"*", b"404"),
    ],
)
def test_a_target_as_a_proxy_gets_it(target: bytes, status: bytes) -> None:
    with limited() as server, line(server) as connection:
        request = b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        connection.sendall(request % target)
        assert told(connection).split()[1] == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"127.0.0.1:11434", b"200"),
        (b"[::1]:11434", b"200"),
        (b"LOCALHOST", b"200"),
        (b"127.0.0.1.evil.example", b"403"),
        (b"localhost@evil.example", b"403"),
        (b"localhost evil", b"403"),
        (b"[::1", b"403"),
    ],
)
def test_names_that_are_bound_to_this_machine(host: bytes, status: bytes) -> None:
    with limited() as server, line(server) as connection:
        connection.sendall(GET.replace(b"localhost", host)[:-2] + b"Connection: close\r\n\r\n")
        assert told(connection).split()[1] == status


def test_requests_that_are_sent_together_are_answered_in_turn() -> None:
    with limited() as server, line(server) as connection:
        connection.sendall(GET * 50 + SHOWN + GET[:-2] + b"Connection: close\r\n\r\n")
        assert told(connection).count(b"HTTP/1.1 200 OK") == 52


def test_all_bodies_together_have_a_limit(asking: Any) -> None:
    large = b" " * 900 + SHOW
    with limited(bodies=1500) as server:
        with line(server) as holding:
            holding.sendall(POST + b"Content-Length: 900\r\n\r\n")
            listener = server._listener
            while listener and listener.bodies._left == 1500:
                time.sleep(0.01)
            busy = asking(server.url, "/api/show", large)
            assert (busy.status, busy.error) == (
                503,
                "server busy: the requests that it holds are too large",
            )
            assert asking(server.url, "/api/show", SHOW).status == 200
        while asking(server.url, "/api/show", large).status != 200:
            time.sleep(0.01)


def test_there_are_so_many_models(asking: Any) -> None:
    with limited(models=3) as server:
        copies = [{"source": "demo", "destination": name} for name in ("a", "b", "a")]
        assert [asking(server.url, "/api/copy", copy).status for copy in copies] == [200, 507, 200]
        pulled = asking(server.url, "/api/pull", {"model": "llama3.2"}).events[-1]
        assert pulled == {"error": "no room for more than 3 models on the demo server"}
        asking(server.url, "/api/delete", {"model": "a"}, method="DELETE")
        assert asking(server.url, "/api/copy", copies[1]).status == 200
    assert Limits().models == 1000
    assert (Limits().head, Limits().idle, Limits().connections) == (10, 30, 64)


def test_a_blob_goes_out_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    size, reads = 10_000_000_000, []
    vast = Layer("x", b"vast", size)
    digest = f"sha256:{'5' * 64}"
    vars(vast)["digest"] = digest
    model = Model((COMPLETION,), "none", (vast,))
    monkeypatch.setattr(catalogue, "registry", lambda: {"vast:latest": model})
    read = layers.Layer.read

    def recorded(layer: Layer, start: int, length: int) -> bytes:
        reads.append(length)
        return read(layer, start, length)

    monkeypatch.setattr(layers.Layer, "read", recorded)
    request = b"GET /v2/library/vast/blobs/%b HTTP/1.1\r\nHost: localhost\r\n%b\r\n"
    with limited() as server:
        with line(server) as connection:
            connection.sendall(request % (digest.encode(), b""))
            head = connection.recv(65536)
            assert b"Content-Length: 10000000000\r\n" in head
            for _ in range(100):
                assert connection.recv(65536)
        with line(server) as connection:
            ranged = b"Range: bytes=9999999990-\r\nConnection: close\r\n"
            connection.sendall(request % (digest.encode(), ranged))
            answer = told(connection)
            assert b"Content-Range: bytes 9999999990-9999999999/10000000000\r\n" in answer
            assert len(answer.partition(b"\r\n\r\n")[2]) == 10
    assert max(reads) <= PIECE
