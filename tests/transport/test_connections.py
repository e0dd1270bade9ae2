"""Connections are kept: one for requests in turn, one for each thread, and none is thrown away."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hostile import CHUNKED, LAST_CHUNK, PATIENCE, Peer, Server, chunk

from ollama_cli.errors import StreamCutError, UnreachableError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport.client import Transport
from ollama_cli.transport.prepared import MOST_ROUTES
from ollama_cli.types.answer_events import Text
from ollama_cli.types.requests import EmbedRequest

BODY = b'{"embeddings":[[1.0]]}'
LINE = b'{"model":"m","response":"yes","done":true}'
SAID = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(LINE), LINE)
DOCUMENT = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)


@pytest.mark.parametrize("workers", [8, 32])
def test_as_many_threads_hold_as_many_connections_and_none_is_thrown_away(
    workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    together = threading.Barrier(workers)

    def script(peer: Peer) -> None:
        together.wait(10)  # nobody is answered before all have asked
        peer.send(DOCUMENT)
        while peer.read_request() is not None:
            peer.send(DOCUMENT)

    with Server(script) as server, OllamaClient(server.url) as client:
        with ThreadPoolExecutor(workers) as pool:
            for _ in range(3):
                replies = list(pool.map(lambda n: client.embed(f"t{n}", "m"), range(workers)))
                assert {reply.vectors for reply in replies} == {((1.0,),)}
        assert server.connections == workers
    assert [record.message for record in caplog.records if "discard" in record.message] == []


def test_many_batches_go_over_one_connection() -> None:
    def script(peer: Peer) -> None:
        while True:
            vectors = b",".join([b"[1.0]"] * len(peer.request.json["input"]))
            body = b'{"embeddings":[%b]}' % vectors
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            if peer.read_request() is None:
                return

    with Server(script) as server, OllamaClient(server.url) as client:
        assert len(client.embed(["x"] * 1000, "m").vectors) == 1000
        for _ in range(3):
            pieces = client.embedded_bytes(["x"], EmbedRequest("m"))
            assert b"".join(pieces) == b'{"embeddings":[[1.0]]}'
        assert server.connections == 1


@pytest.mark.parametrize("ends", [lambda _: None, Peer.reset], ids=["closed", "reset"])
def test_a_kept_connection_that_is_closed_is_no_failure(ends: Any) -> None:
    """As after each stream of llama.cpp's server, which says nothing of it."""

    def script(peer: Peer) -> None:
        peer.send(SAID)
        if peer.read_request() is not None:
            ends(peer)

    with Server(script) as server, OllamaClient(server.url) as client:
        for text in "abc":
            first, *_ = client.generate("m", text)
            assert first == Text("yes")
        assert server.connections == 3


def test_a_new_connection_that_is_closed_is_one() -> None:
    with Server(lambda _: None) as server, OllamaClient(server.url) as client:
        with pytest.raises(StreamCutError, match="broke the connection"):
            list(client.generate("m", "hi"))
        assert server.connections == 1


FORKED = """
import os, sys
from ollama_cli import OllamaClient
client = OllamaClient(sys.argv[1])
client.embed("before", "m")
child = os.fork()
client.embed("after", "m")
if child:
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_process_that_was_forked_has_a_connection_of_its_own() -> None:
    def script(peer: Peer) -> None:
        peer.send(DOCUMENT)
        while peer.read_request() is not None:
            peer.send(DOCUMENT)

    with Server(script) as server:
        subprocess.run([sys.executable, "-c", FORKED, server.url], check=True, timeout=PATIENCE)
        assert server.connections == 2


CLOSED_IN_A_FORK = """
import os, sys
from ollama_cli import OllamaClient
with OllamaClient(sys.argv[1]).chat("m", [{"role": "user", "content": "hi"}]) as answer:
    next(answer)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        OllamaClient(sys.argv[1]).embed("go on", "m")
        for _ in answer:
            pass
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_process_that_was_forked_ends_no_answer_of_the_other() -> None:
    goes_on = threading.Event()
    begins = {"message": {"role": "assistant", "content": "yes"}, "done": False}
    ends = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}

    def script(peer: Peer) -> None:
        if peer.request.path == "/api/embed":
            peer.send(DOCUMENT)
            goes_on.set()
            return
        peer.send(CHUNKED)
        peer.send(chunk(json.dumps(begins).encode() + b"\n"))
        goes_on.wait(PATIENCE)
        peer.send(chunk(json.dumps(ends).encode() + b"\n"), LAST_CHUNK)

    with Server(script) as server:
        command = [sys.executable, "-c", CLOSED_IN_A_FORK, server.url]
        subprocess.run(command, check=True, timeout=PATIENCE)


def test_each_request_says_how_long_it_is_also_where_its_route_is_known() -> None:
    with Server(lambda peer: peer.send(DOCUMENT)) as server, OllamaClient(server.url) as client:
        for text in ("a", "a much longer text", "b"):
            client.embed(text, "m")
        client.list_models_bytes()
        client.list_models_bytes()
        posts, gets = server.requests[:3], server.requests[3:]
    assert [post.json["input"] for post in posts] == [["a"], ["a much longer text"], ["b"]]
    assert {post.headers["Content-Type"] for post in posts} == {"application/json"}
    assert [int(post.headers["Content-Length"]) for post in posts] == [len(p.body) for p in posts]
    assert [(get.method, get.body, "Content-Type" in get.headers) for get in gets] == [
        ("GET", b"", False)
    ] * 2
    (agent,) = {request.headers["User-Agent"] for request in (*posts, *gets)}
    assert agent.startswith("ollama-cli/")


def test_routes_are_remembered_up_to_a_bound() -> None:
    with Server(lambda peer: peer.send(DOCUMENT)) as server:
        transport = Transport(server.url, connect_timeout=5)
        for number in range(MOST_ROUTES + 10):
            request = transport._request_factory.request("GET", f"{server.url}/{number}", None)
            assert request.url == f"{server.url}/{number}"
        assert len(transport._request_factory._routes) == MOST_ROUTES


def test_a_look_up_is_left_by_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's look-up of a name ends for no signal: it goes on in a thread of its own."""
    main, over = threading.main_thread().ident, threading.Event()
    assert main is not None

    def look_up(*_: object, **__: object) -> list[Any]:
        signal.pthread_kill(main, signal.SIGINT)
        over.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    transport = Transport("http://slow.example:80", connect_timeout=PATIENCE)
    with pytest.raises(KeyboardInterrupt):
        transport.send("GET", "/", wait=PATIENCE)
    over.set()


def test_what_a_look_up_ends_in_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> list[Any]:
        assert threading.current_thread() is not threading.main_thread()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(UnreachableError, match=r"no such host name: nowhere\.example"):
        Transport("http://nowhere.example:80", connect_timeout=1).send("GET", "/", wait=1)
