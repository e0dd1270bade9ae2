"""Every fault, on documents and on streams."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from ollama_cli.demo import DemoServer, faults

GENERATE = {"model": "demo", "prompt": "tides", "options": {"num_predict": 6}}
PULL = {"model": "nomic-embed-text"}


@contextmanager
def _faulty(kind: str, times: int | None = None) -> Iterator[DemoServer]:
    server = DemoServer(fault=kind, fault_times=times, tokens_per_second=0, bytes_per_second=0)
    with server:
        yield server


def _cut_body(server: DemoServer, path: str, body: Any = None) -> bytes:
    """Ask, and give what arrived before the connection broke."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    sent = None if body is None else json.dumps(body)
    connection.request("GET" if body is None else "POST", path, sent)
    with connection.getresponse() as answer:
        assert answer.status == 200
        with pytest.raises(http.client.IncompleteRead) as caught:
            answer.read()
    connection.close()
    return caught.value.partial


def test_a_fault_strikes_the_first_answers_only(asking: Any) -> None:
    with _faulty("busy", 2) as server:
        assert [asking(server.url, "/api/tags").status for _ in range(4)] == [503, 503, 200, 200]
    with _faulty("busy") as server:
        assert [asking(server.url, "/api/tags").status for _ in range(3)] == [503] * 3


def test_busy(asking: Any) -> None:
    text = "server busy, please try again.  maximum pending requests exceeded"
    with _faulty("busy") as server:
        assert asking(server.url, "/api/chat", {}).json == {"error": text}
        assert asking(server.url, "/v1/models").json["error"]["message"] == text
        assert list(server._machine.memory.all()) == []


def test_unauthorized(asking: Any) -> None:
    with _faulty("unauthorized") as server:
        reply = asking(server.url, "/api/chat", {})
    assert reply.status == 401
    assert reply.json == {
        "error": "unauthorized",
        "signin_url": "https://ollama.com/connect?name=demo&key=ZGVtbw",
    }


def test_html(asking: Any) -> None:
    with _faulty("html") as server:
        reply = asking(server.url, "/api/tags")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html")
    assert reply.body.startswith(b"<!DOCTYPE html>")


def test_an_error_in_a_stream_and_in_a_document(asking: Any) -> None:
    text = "an error was encountered while running the model: unexpected EOF"
    with _faulty("error") as server:
        events = asking(server.url, "/api/generate", GENERATE).events
        assert events[-1] == {"error": text}
        assert len(events) == 4
        document = asking(server.url, "/api/generate", {**GENERATE, "stream": False})
        assert (document.status, document.json) == (500, {"error": text})
        pulled = asking(server.url, "/api/pull", PULL).events
        assert pulled[-1] == {"error": "max retries exceeded: EOF"}


def test_an_error_in_server_sent_events_is_lost(asking: Any) -> None:
    wanted = {"model": "demo", "messages": [{"role": "user", "content": "x"}], "stream": True}
    with _faulty("error", 1) as server:
        body = asking(server.url, "/v1/chat/completions", wanted).body
    *_, last, end = body.decode().split("\n\n")
    assert end == ""
    lost = json.loads(last.removeprefix("data: "))
    assert lost["model"] == ""
    assert lost["choices"][0]["delta"] == {"content": ""}


def test_a_cut_stream_has_no_end(capfd: pytest.CaptureFixture[str]) -> None:
    with _faulty("cut") as server:
        partial = _cut_body(server, "/api/generate", GENERATE)
        assert partial.count(b"\n") == 3
        assert b'"done":true' not in partial
        short = _cut_body(server, "/api/generate", {**GENERATE, "options": {"num_predict": 1}})
        assert b'"done":true' not in short
    assert capfd.readouterr().err == ""


def test_a_cut_document_is_shorter_than_it_says() -> None:
    with _faulty("cut") as server:
        assert _cut_body(server, "/api/version") == b'{"version"'


def test_a_cut_without_a_body_is_a_hang_up(asking: Any) -> None:
    with _faulty("cut") as server, pytest.raises(http.client.RemoteDisconnected):
        asking(server.url, "/", method="HEAD")


def test_cut_pulls_go_on_where_they_were(asking: Any) -> None:
    with _faulty("cut", 2) as server:
        lines = [_cut_body(server, "/api/pull", PULL).splitlines() for _ in range(2)]
        last, resumed = json.loads(lines[0][-1]), json.loads(lines[1][1])
        assert 0 < last["completed"] <= resumed["completed"] < last["total"]
        assert asking(server.url, "/api/pull", PULL).events[-1] == {"status": "success"}


@pytest.mark.parametrize(("path", "body"), [("/api/generate", GENERATE), ("/api/version", None)])
def test_a_stall_lasts_until_somebody_hangs_up(path: str, body: Any) -> None:
    with _faulty("stall") as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=0.3)
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None)
        answer = connection.getresponse()
        assert answer.status == 200
        lines = [answer.readline() for _ in range(3 if body else 0)]
        assert all(line.endswith(b"}\n") for line in lines)
        with pytest.raises(TimeoutError):
            answer.read(1)
        answer.close()
        connection.close()
        while server._listener and server._listener._open:
            time.sleep(0.01)


def test_a_stall_ends_with_the_server() -> None:
    with _faulty("stall") as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        connection.request("POST", "/api/generate", json.dumps(GENERATE))
        with connection.getresponse() as answer:
            closing = threading.Timer(0.05, server.close)
            closing.start()
            with pytest.raises(http.client.IncompleteRead):
                answer.read()
        connection.close()
        closing.join()


def test_slow_answers_are_whole(asking: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SLOW_LINE", 0.001)
    with _faulty("slow") as server:
        assert asking(server.url, "/api/version").json == {"version": "0.32.15"}
        assert asking(server.url, "/api/generate", GENERATE).events[-1]["done"] is True


def test_a_rollback_starts_the_layer_again_once(asking: Any) -> None:
    with _faulty("rollback", 1) as server:
        assert asking(server.url, "/api/version").status == 200
        events = asking(server.url, "/api/pull", {"model": "llama3.2"}).events
        assert events[-1] == {"status": "success"}
        bytes_seen = [event.get("completed", 0) for event in events if "total" in event]
        first = events[1]["digest"]
        large = [e.get("completed", 0) for e in events if e.get("digest") == first]
        falls = [n for n, (a, b) in enumerate(pairwise(large)) if b < a]
        assert len(falls) == 1
        assert large[falls[0] + 1] == 0
        assert max(bytes_seen) == large[-1] == 20_000_000


def test_other_answers_have_no_rollback(asking: Any) -> None:
    with _faulty("rollback") as server:
        assert asking(server.url, "/api/generate", GENERATE).events[-1]["done"] is True
