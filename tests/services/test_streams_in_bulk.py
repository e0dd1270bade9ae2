"""Long streams take no more room than short ones, and large documents pass as they come."""

import threading
import tracemalloc
from collections.abc import Iterator

import pytest
from hostile import CHUNKED, LAST_CHUNK, Peer, Script, Server, answer, chunk, head

from ollama_cli.errors import ModelNotFoundError, StreamCutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.stream import EventStream
from ollama_cli.types.answer_events import Text
from ollama_cli.types.pull_events import ChunkProgress, Status, Success
from ollama_cli.types.requests import EmbedRequest

END = chunk(b'{"response":"","done":true}\n') + LAST_CHUNK
SLACK = 200_000


def sending(body: bytes) -> Script:
    return lambda peer: peer.send(CHUNKED, body)


def tokens(count: int) -> bytes:
    line = chunk(b'{"model":"m","response":" tok\xe2\x98\x83en","done":false}\n')
    return line * count + END


def pulling(count: int) -> bytes:
    lines = [b'{"status":"pulling manifest"}\n']
    lines += [
        b'{"status":"pulling a","digest":"a%d","total":%d,"completed":%d}\n' % (n % 8, count, n)
        for n in range(count)
    ]
    return b"".join(map(chunk, [*lines, b'{"status":"success"}\n'])) + LAST_CHUNK


def peak_of(body: bytes, way: str) -> int:
    """Run a stream to its end and measure how many bytes it took at most."""
    with Server(sending(body)) as server, OllamaClient(server.url) as client:
        tracemalloc.start()
        try:
            for _ in bursts_of(client, way):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def bursts_of(client: OllamaClient, way: str) -> Iterator[object]:
    match way:
        case "joined":
            return client.generate("m", "x", gather=False, join=True).bursts()
        case "piece by piece":
            return client.generate("m", "x", gather=False).bursts()
        case "gathered":
            return client.generate("m", "x").bursts()
        case "raw":
            return client.generate("m", "x", gather=False, join=True).raw()
    return client.pull("m", join=way == "pull joined").bursts()


@pytest.mark.parametrize("way", ["joined", "piece by piece", "raw"])
def test_fifty_thousand_tokens_take_the_room_of_a_few_thousand(way: str) -> None:
    peak_of(tokens(3000), way)  # what is loaded and remembered at first is no growth
    assert peak_of(tokens(50_000), way) < peak_of(tokens(3000), way) + SLACK


def test_an_answer_that_is_gathered_takes_its_own_room() -> None:
    assert peak_of(tokens(50_000), "gathered") > peak_of(tokens(3000), "gathered") + SLACK


@pytest.mark.parametrize("way", ["pull joined", "pull"])
def test_a_long_pull_takes_the_room_of_a_short_one(way: str) -> None:
    peak_of(pulling(3000), way)
    assert peak_of(pulling(30_000), way) < peak_of(pulling(3000), way) + SLACK


def test_a_pull_that_is_joined_ends_as_one_that_is_not() -> None:
    with Server(sending(pulling(2000))) as server, OllamaClient(server.url) as client:
        plain, joined = list(client.pull("m")), list(client.pull("m", join=True))
    assert len(plain) == 2 * 2000 + 3
    assert len(joined) < len(plain) / 4
    assert joined[:3] == plain[:3]
    assert joined[-2:] == plain[-2:] == [Status("success"), Success()]
    last = {e.digest: e for e in plain if isinstance(e, ChunkProgress)}
    assert {e.digest: e for e in joined if isinstance(e, ChunkProgress)} == last


@pytest.mark.parametrize("way", ["joined", "raw", "embed"])
def test_what_arrives_alone_is_there_before_the_next(way: str) -> None:
    is_there = threading.Event()

    def script(peer: Peer) -> None:
        peer.send(CHUNKED, chunk(b'{"response":"a"}\n'))
        assert is_there.wait(10)
        peer.send(END)

    with Server(script) as server, OllamaClient(server.url) as client:
        parts = (
            client.embedded_bytes(["x"], EmbedRequest("m"))
            if way == "embed"
            else bursts_of(client, way)
        )
        first = next(iter(parts))
        is_there.set()
        assert first == ([Text("a")] if way == "joined" else b'{"response":"a"}\n')
        assert len(list(parts)) == 1


def test_an_embedding_that_is_passed_on_is_not_read() -> None:
    body = b'{"embeddings":[[NaN,' + b" " * 300_000
    with Server(answer(200, body)) as server, OllamaClient(server.url) as client:
        pieces = list(client.embedded_bytes(["x"], EmbedRequest("m")))
    assert len(pieces) > 1
    assert b"".join(pieces) == body


def test_errors_of_an_embedding_that_is_passed_on_are_seen_by_their_status() -> None:
    refusal = answer(404, b'{"error":"model \\"m\\" not found"}')
    with (
        Server(refusal) as server,
        OllamaClient(server.url) as client,
        pytest.raises(ModelNotFoundError),
    ):
        next(client.embedded_bytes(["x"], EmbedRequest("m")))
    short = head(200, {"Content-Length": "100"}) + b'{"embeddings"'
    with Server(lambda peer: peer.send(short)) as server, OllamaClient(server.url) as client:
        pieces = client.embedded_bytes(["x"], EmbedRequest("m"))
        assert next(pieces) == b'{"embeddings"'
        with pytest.raises(StreamCutError):
            next(pieces)
        assert len(server.requests) == 1


def test_events_are_the_same_whichever_way_they_are_asked_for() -> None:
    def text_of(stream: EventStream[object]) -> str:
        return "".join(event.text for event in stream if isinstance(event, Text))

    with Server(sending(tokens(500))) as server, OllamaClient(server.url) as client:
        plain: EventStream[object] = client.generate("m", "x")  # type: ignore[assignment]  # a union of events
        joined: EventStream[object] = client.generate("m", "x", join=True, gather=False)  # type: ignore[assignment]  # likewise
        assert text_of(plain) == text_of(joined) == " tok\N{SNOWMAN}en" * 500
