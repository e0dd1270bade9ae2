"""A stream read by read: each wait has its own bound, and a read without a line is told."""

from collections import deque

import pytest
from hostile import CHUNKED, LAST_CHUNK, Peer, Server, chunk

from ollama_cli.errors import ProtocolError, TimedOutError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.pull_events import ChunkProgress, Status


def test_events_come_read_by_read_and_the_end_is_none() -> None:
    def script(peer: Peer) -> None:
        peer.send(CHUNKED)
        for piece in (b'{"status":', b'"a"}\n', b'{"digest":"d","total":5}'):
            peer.send(chunk(piece))
            peer.left(0.05)
        peer.send(LAST_CHUNK)

    with Server(script) as server, OllamaClient(server.url) as client:
        stream = client.pull("m", patience=5.0)
        reads = []
        while (events := stream.read(5.0)) is not None:
            reads.append(events)
        assert [event for events in reads for event in events] == [
            Status("a"),
            ChunkProgress("d", 5, None),
        ]
        assert [] in reads
        assert stream.read(5.0) is None


def test_a_read_waits_no_longer_than_it_is_told_and_the_server_sees_the_end() -> None:
    left: list[bool] = []

    def script(peer: Peer) -> None:
        peer.send(CHUNKED + chunk(b'{"status":"a"}\n'))
        left.append(peer.gone())

    with Server(script) as server, OllamaClient(server.url) as client:
        stream = client.pull("m", patience=5.0)
        assert stream.read(5.0) == []
        assert stream.read(5.0) == [Status("a")]
        with pytest.raises(TimedOutError):
            stream.read(0.05)
        stream.close()
    assert left == [True]


def test_a_line_without_end_fills_no_memory() -> None:
    def script(peer: Peer) -> None:
        peer.send(CHUNKED, *[chunk(b"x" * (1 << 20))] * 20)

    with Server(script) as server, OllamaClient(server.url) as client:
        stream = client.pull("m", patience=5.0)
        with pytest.raises(ProtocolError, match="a line of more than 16777216 bytes"):
            deque(iter(lambda: stream.read(5.0), None), maxlen=0)
