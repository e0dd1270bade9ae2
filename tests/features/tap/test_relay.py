"""A relay between sockets: what passes is what was sent, and what is told of it is so."""

import gzip
import json
import random
import socket
import threading

import hostile
import pytest
from dialogues import Speaker, turns
from hostile import CHUNKED, LAST_CHUNK, Peer, Server, by_path, bytes_then, chunk, document
from relays import ASK, LAST, PATIENCE, PS, answering, ask, heard, relayed, request, stream, told


@pytest.mark.parametrize("seed", range(6))
def test_any_framing_is_relayed_byte_for_byte(seed: int) -> None:
    rng = random.Random(seed)
    count = 0
    with Speaker(seed) as speaker, relayed(speaker.url, keeps_bodies=seed % 2 == 0) as relay:
        for _ in range(50):
            played = turns(rng)
            count += len(played)
            assert speaker.talk(relay.port, played, rng) == []
        exchanges = told(relay)
    assert [each.id for each in exchanges] == list(range(1, count + 1))
    assert {each.ended for each in exchanges} == {"done"}


def test_what_is_told_of_an_answer() -> None:
    answer = stream({"message": {"content": "a"}, "done": False}, LAST) + LAST_CHUNK
    with answering(bytes_then(answer)) as server, relayed(server.url) as relay:
        asked = request(
            "/api/chat?key=secret", ASK, b"User-Agent: tester/1 (x)", b"Origin: http://localhost"
        )
        assert ask(relay, asked) == answer
        (exchange,) = told(relay)
        (seen, *_) = server.requests
    assert seen.headers["Host"] == "localhost"
    assert seen.headers["Origin"] == "http://localhost"
    record = exchange.record
    spans = {record.pop(name) for name in ("started_at", "first_byte_seconds", "seconds")}
    assert None not in spans
    assert record == {
        "id": 1,
        "method": "POST",
        "path": "/api/chat",
        "api": "native",
        "status": 200,
        "model": "m",
        "num_ctx": 512,
        "context_length": 512,
        "stream": True,
        "messages": 1,
        "tools": None,
        "prompt_tokens": 500,
        "completion_tokens": 12,
        "tokens_per_second": 6.0,
        "request_bytes": len(asked),
        "response_bytes": len(answer),
        "done_reason": "stop",
        "truncated": False,
        "ended": "done",
    }
    assert (exchange.client, exchange.is_full) == ("tester/1", True)


def test_the_context_is_asked_once_per_load() -> None:
    slow = {**LAST, "load_duration": 900_000_000}
    counted: list[int] = []

    def ps(peer: Peer) -> None:
        counted.append(1)
        document(PS)(peer)

    def chat(peer: Peer) -> None:
        loads = json.loads(peer.request.body)["loads"]
        peer.send(stream(slow if loads else LAST), LAST_CHUNK)

    with Server(by_path({"/api/ps": ps}, chat)) as server, relayed(server.url) as relay:
        for loads in (False, False, True, False):
            ask(relay, request(body=json.dumps({"model": "m", "loads": loads}).encode()))
        exchanges = told(relay)
    assert [each.context_length for each in exchanges] == [512] * 4
    assert len(counted) == 2


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        (
            "/v1/chat/completions",
            [
                b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n',
                b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
                b'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n',
                b"data: [DONE]\n\n",
            ],
            ("openai", 5, 2, "stop"),
        ),
        (
            "/v1/chat/completions",
            [b'data: {"choices":[{"finish_reason":"length"}]}\n\ndata: [DONE]\n\n'],
            ("openai", None, None, "length"),
        ),
        (
            "/v1/messages",
            [
                b'data: {"type":"message_start","message":{"usage":{"input_tokens":2}}}\n\n',
                b'event: message_delta\ndata: {"delta":{"stop_reason":"end_turn"},\n',
                b'data: "usage":{"input_tokens":35,"output_tokens":4}}\n\n',
                b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
            ],
            ("anthropic", 35, 4, "end_turn"),
        ),
    ],
)
def test_what_other_apis_tell(path: str, lines: list[bytes], expected: tuple[object, ...]) -> None:
    kind = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}
    answer = hostile.head(200, kind) + b"".join(map(chunk, lines)) + LAST_CHUNK
    with answering(bytes_then(answer)) as server, relayed(server.url) as relay:
        assert ask(relay, request(path, b'{"model":"m","tools":[{},{}]}')) == answer
        (each,) = told(relay)
    assert (each.api, each.prompt_tokens, each.completion_tokens, each.done_reason) == expected
    assert (each.model, each.stream, each.tools, each.context_length) == ("m", True, 2, 512)


@pytest.mark.parametrize("line", [b"Host: evil.example", b"Origin: https://evil.example"])
def test_a_foreign_page_is_refused_by_the_relay(line: bytes) -> None:
    with answering(document({})) as server, relayed(server.url) as relay:
        answer = ask(relay, b"GET /api/tags HTTP/1.1\r\n" + line + b"\r\n\r\n")
        (exchange,) = told(relay)
        assert server.connections == 0
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert "is not this machine" in json.loads(body)["error"]
    assert (exchange.status, exchange.path, exchange.ended) == (403, "/api/tags", "done")


def test_the_second_request_of_a_connection_is_looked_at_too() -> None:
    answer = (
        hostile.head(200, {"Content-Length": "2"}).replace(b"Connection: close\r\n", b"") + b"{}"
    )

    def twice(peer: Peer) -> None:
        peer.send(answer)
        peer.gone()

    with answering(twice) as server, relayed(server.url) as relay:
        with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as sock:
            sock.sendall(request())
            assert sock.recv(65536) == answer
            sock.sendall(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            assert heard(sock).startswith(b"HTTP/1.1 403")
        assert [each.status for each in told(relay)] == [200, 403]


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01" * 30000, b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\n a\r\n\r\n"]
)
def test_what_is_no_http_is_passed_on_to_nobody(data: bytes) -> None:
    with answering(document({})) as server, relayed(server.url) as relay:
        assert ask(relay, data).startswith(b"HTTP/1.1 400 ")
        assert server.connections == 0


def test_a_compressed_answer_is_passed_on_unread() -> None:
    body = gzip.compress(json.dumps(LAST).encode())
    answer = (
        hostile.head(200, {"Content-Encoding": "gzip", "Content-Length": str(len(body))}) + body
    )
    with answering(bytes_then(answer)) as server, relayed(server.url) as relay:
        assert ask(relay, request()) == answer
        (exchange,) = told(relay)
    assert (exchange.model, exchange.completion_tokens) == ("m", None)


def test_a_path_of_the_server_is_part_of_the_address() -> None:
    with answering(document({})) as server, relayed(f"{server.url}/base") as relay:
        assert relay.url == f"http://127.0.0.1:{relay.port}/base"
        ask(relay, request("/base/api/tags"))
        assert server.requests[0].path == "/base/api/tags"
        (exchange,) = told(relay)
    assert (exchange.path, exchange.api) == ("/api/tags", "native")


def test_bodies_are_kept_if_asked_for_and_not_whole() -> None:
    lines = b"".join(b'{"n":%d}\n' % number for number in range(20000))
    answer = CHUNKED + b"".join(map(chunk, (lines[i : i + 999] for i in range(0, len(lines), 999))))
    with answering(bytes_then(answer + LAST_CHUNK)) as server:
        with relayed(server.url, keeps_bodies=True) as relay:
            ask(relay, request("/api/x"))
            (kept,) = told(relay)
        with relayed(server.url) as relay:
            ask(relay, request("/api/x"))
            (bare,) = told(relay)
    assert (bare.request_body, bare.response_body) == (None, None)
    assert kept.request_body == ASK.decode()
    assert kept.response_body is not None
    start, mark, last = kept.response_body.rpartition("\n… ")
    assert mark
    assert start == lines[:65536].decode()
    assert last.endswith(' bytes …\n{"n":19999}\n')


def test_many_at_once() -> None:
    answer = stream({"done": False}, LAST) + LAST_CHUNK
    with answering(bytes_then(answer)) as server, relayed(server.url) as relay:
        found: list[bool] = []

        def work() -> None:
            found.append(ask(relay, request()) == answer)

        threads = [threading.Thread(target=work) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        exchanges = told(relay)
    assert found == [True] * 30
    assert {each.ended for each in exchanges} == {"done"}
    assert len(exchanges) == 30
