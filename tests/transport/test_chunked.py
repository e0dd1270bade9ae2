"""Chunked bodies are taken apart as http.client takes them apart, whatever their framing."""

import http.client
import random

import pytest
from framings import cut_up, framed, read_all
from requests.adapters import HTTPAdapter

from ollama_cli.demo import DemoServer
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport.chunked import BulkResponse, ChunkedBody
from ollama_cli.types.answer_events import Done

FRAMINGS = 400


@pytest.mark.parametrize("seed", range(20))
def test_any_framing_cut_anywhere_gives_the_same_bytes(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(FRAMINGS // 20):
        body = rng.randbytes(rng.choice([0, 1, 15, 16, 17, 255, 4096]))
        chunked = ChunkedBody()
        out = b"".join(chunked.feed(piece) for piece in cut_up(framed(body, rng), rng))
        assert (out, chunked.finished) == (body, True)


def test_a_cut_at_every_byte_never_finishes_early() -> None:
    whole = framed(b"hello world, " * 3, random.Random(1))
    for end in range(len(whole)):
        chunked = ChunkedBody()
        got = chunked.feed(whole[:end])
        assert not chunked.finished
        assert got + chunked.feed(whole[end:]) == b"hello world, " * 3
        assert chunked.finished


@pytest.mark.parametrize(
    "data",
    [
        b"x\r\n",
        b"-1\r\n",
        b"+5\r\nhello\r\n",
        b"0x5\r\nhello\r\n",
        b"5_0\r\n",
        b"\r\n",
        b"5\r\nhelloX\r\n",
        b"11111111111111111\r\n",
        b"a" * 70_000,
        b"5;" + b"e" * 70_000,
    ],
)
def test_bad_framing_is_no_body(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"chunk|framing"):
        ChunkedBody().feed(data)


def test_chunks_are_taken_apart_in_linear_time() -> None:
    class Counted(bytes):
        finds = 0

        def find(self, *args: object) -> int:
            Counted.finds += 1
            return super().find(*args)  # type: ignore[arg-type]  # passed on as they came

    body = b"".join(b"2\r\nab\r\n" for _ in range(5000))
    assert ChunkedBody().feed(Counted(body)) == b"ab" * 5000
    assert Counted.finds <= 2 * 5000 + 1


@pytest.mark.parametrize("seed", range(20))
def test_the_response_reads_what_http_client_reads(seed: int) -> None:
    rng = random.Random(1000 + seed)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(FRAMINGS // 20):
        body = rng.randbytes(rng.choice([1, 100, 9000]))
        pieces = list(cut_up(head + framed(body, rng), rng))
        assert read_all(BulkResponse, pieces) == read_all(http.client.HTTPResponse, pieces) == body


@pytest.mark.parametrize("kind", [BulkResponse, http.client.HTTPResponse])
def test_a_body_without_its_last_chunk_is_incomplete(kind: type[http.client.HTTPResponse]) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(http.client.IncompleteRead):
        read_all(kind, [head + b"5\r\nhello\r\n"])


def test_a_body_with_a_length_is_left_to_http_client() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    assert read_all(BulkResponse, [head, b"he", b"llo"]) == b"hello"


def test_one_connection_serves_many_streams() -> None:
    with DemoServer(tokens_per_second=0) as server, OllamaClient(server.url) as client:
        adapter = client.transport._session.get_adapter(server.url)
        assert isinstance(adapter, HTTPAdapter)
        for seed in range(5):
            done = list(client.generate("demo", "hi", options={"seed": seed, "num_predict": 3}))[-1]
            assert isinstance(done, Done)
        pools = adapter.poolmanager.pools
        (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118  no mapping to iterate over
        assert (pool.num_connections, pool.num_requests) == (1, 5)
