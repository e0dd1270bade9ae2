"""A relay whose sides leave: in the middle, in silence, or before anything was said."""

import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable

import hostile
import pytest
from dead_ports import closed_port
from hostile import CHUNKED, LAST_CHUNK, Peer, bytes_then, chunk
from relays import LAST, PATIENCE, answering, ask, heard, relayed, request, stream, told

from ollama_cli.features.tap.relay import Relay
from ollama_cli.system import signals
from ollama_cli.types import threads


def test_a_relay_is_closed_more_than_once_and_from_anywhere() -> None:
    for _ in range(50):
        with relayed("http://127.0.0.1:9") as relay:
            threads = [threading.Thread(target=relay.close) for _ in range(3)]
            for thread in threads:
                thread.start()
            assert told(relay) == []
            for thread in threads:
                thread.join(PATIENCE)
    Relay("http://127.0.0.1:9", 0).close()


def test_a_signal_that_comes_while_the_thread_starts_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    relay = Relay("http://127.0.0.1:9", 0)
    start, was_held, known = threads.start, [], []

    def interrupted(work: Callable[[], object]) -> threading.Thread:
        thread = start(work)
        was_held.append(signals.is_held_back(signal.SIGTERM, None))
        return thread

    def come(_: int, __: object) -> None:
        relay.close()  # what a command does then: it knows the thread, and ends it
        known.append(list(relay.exchanges()))

    monkeypatch.setattr("ollama_cli.features.tap.relay.threads.start", interrupted)
    before = signal.signal(signal.SIGTERM, come)
    try:
        relay.start()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (was_held, known) == ([True], [[]])


def test_a_server_that_is_away() -> None:
    port = closed_port()
    with relayed(f"http://127.0.0.1:{port}") as relay:
        answer = ask(relay, request())
        (exchange,) = told(relay)
    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    expected = f"cannot connect to http://127.0.0.1:{port}: connection refused"
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"error": expected}
    assert (exchange.status, exchange.ended, exchange.model) == (502, "server", "m")


@pytest.mark.parametrize("is_reset", [False, True])
def test_an_answer_that_the_server_cuts(is_reset: bool) -> None:
    begun = stream({"message": {"content": "a"}, "done": False})
    go_on = threading.Event()

    def cut(peer: Peer) -> None:
        peer.send(begun)
        go_on.wait(PATIENCE)
        if is_reset:
            peer.reset()

    with answering(cut) as server, relayed(server.url) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
            sock.sendall(request())
            got = b""
            while len(got) < len(begun):
                got += sock.recv(65536)
            go_on.set()
            assert got == begun
            with pytest.raises(ConnectionResetError) if is_reset else contextlib.nullcontext():
                assert sock.recv(1) == b""
        (exchange,) = told(relay)
    assert (exchange.ended, exchange.status, exchange.done_reason) == ("server", 200, None)


def leaves(sock: socket.socket, *, is_reset: bool) -> None:
    if is_reset:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


@pytest.mark.parametrize("is_reset", [False, True])
@pytest.mark.parametrize("begun", [b"", stream({"done": False})], ids=["silent load", "answer"])
def test_a_program_that_leaves(begun: bytes, is_reset: bool) -> None:
    missed = threading.Event()
    arrived = threading.Event()

    def wait(peer: Peer) -> None:
        peer.send(begun)
        arrived.set()
        if peer.gone():
            missed.set()

    with answering(wait) as server, relayed(server.url) as relay:
        sock = socket.create_connection(("127.0.0.1", relay.port), PATIENCE)
        sock.sendall(request())
        assert arrived.wait(PATIENCE)
        leaves(sock, is_reset=is_reset)
        assert missed.wait(PATIENCE)
        exchange = next(relay.exchanges())
    assert (exchange.ended, exchange.status) == ("client", 200 if begun else None)


def test_a_program_that_leaves_a_server_that_goes_on_sending() -> None:
    piece = chunk(b'{"done":false}\n' * 100)

    def send_on(peer: Peer) -> None:
        peer.send(CHUNKED)
        while True:  # until it fails: OSError ends a script
            peer.send(piece)

    with answering(send_on) as server, relayed(server.url) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
            sock.sendall(request())
            assert sock.recv(1)
        assert next(relay.exchanges()).ended == "client"


def test_a_program_that_leaves_behind_the_last_line_has_all() -> None:
    def last(peer: Peer) -> None:
        peer.send(stream(LAST))
        peer.gone()

    with answering(last) as server, relayed(server.url) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
            sock.sendall(request())
            while b'"done": true' not in (got := sock.recv(65536)):
                assert got
        assert next(relay.exchanges()).ended == "done"


def test_a_program_that_only_stops_asking_gets_its_answer() -> None:
    answer = stream(LAST) + LAST_CHUNK

    def answer_late(peer: Peer) -> None:
        assert peer.gone()
        peer.send(answer)

    with answering(answer_late) as server, relayed(server.url) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
            sock.sendall(request())
            sock.shutdown(socket.SHUT_WR)
            assert heard(sock) == answer
        assert told(relay)[0].ended == "done"


def test_a_body_that_ends_with_the_connection() -> None:
    answer = hostile.head(200, hostile.NDJSON) + json.dumps(LAST).encode()
    with answering(bytes_then(answer)) as server, relayed(server.url) as relay:
        assert ask(relay, request()) == answer
        (exchange,) = told(relay)
    assert (exchange.ended, exchange.completion_tokens) == ("done", 12)


def test_an_answer_that_is_no_http_passes_too() -> None:
    with answering(bytes_then(b"SSH-2.0-x\r\n\r\n")) as server, relayed(server.url) as relay:
        assert ask(relay, request()) == b"SSH-2.0-x\r\n\r\n"
        (exchange,) = told(relay)
    assert (exchange.status, exchange.ended, exchange.response_bytes) == (None, "server", 13)


def test_a_protocol_that_is_switched_to() -> None:
    def switch(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", b"\0hello")
        assert peer._sock.recv(3) == b"\1\2\3"
        peer.send(b"\0bye")

    with answering(switch) as server, relayed(server.url) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: x\r\n\r\n")
            got = b""
            while not got.endswith(b"hello"):
                got += sock.recv(100)
            sock.sendall(b"\1\2\3")
            assert heard(sock) == b"\0bye"
        (exchange,) = told(relay)
    assert (exchange.status, exchange.ended) == (101, "done")
