"""Framings of every kind, through sockets and against http.client: no byte is ever wrong."""

import http.client
import random

import pytest
from framings import cut_up, framed, read_all
from hostile import Peer, Server

from ollama_cli.errors import StreamCutError
from ollama_cli.transport.chunked import BulkResponse, ChunkedBody
from ollama_cli.transport.client import Transport

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def lines_of(rng: random.Random, count: int) -> bytes:
    """Make a body as servers send it, and with what framing is made of inside."""
    pieces = [b'{"a":1}\n', b"\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b"\n", rng.randbytes(9)]
    return b"".join(rng.choices(pieces, k=count))


@pytest.mark.parametrize("seed", range(8))
def test_a_cut_at_every_byte_of_any_framing_changes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    body = lines_of(rng, 12)
    whole = framed(body, rng)
    for place in range(len(whole) + 1):
        chunked = ChunkedBody()
        out = chunked.feed(whole[:place]) + chunked.feed(whole[place:])
        assert (out, chunked.finished) == (body, True), place


@pytest.mark.parametrize("seed", range(8))
def test_what_a_cut_leaves_is_handed_out_at_once(seed: int) -> None:
    rng = random.Random(seed)
    body = lines_of(rng, 6)
    plain = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in cut_up(body, rng))
    seen, arrived = b"", 0
    chunked = ChunkedBody()
    reference = ChunkedBody()
    for place in range(len(plain)):
        seen += chunked.feed(plain[place : place + 1])
        arrived += len(reference.feed(plain[place : place + 1]))
        whole = ChunkedBody().feed(plain[: place + 1])
        assert seen == whole == body[:arrived]
    assert seen == body


@pytest.mark.parametrize("seed", range(10))
def test_spoiled_framing_is_refused_or_read_as_http_client_reads_it(seed: int) -> None:
    rng = random.Random(seed)
    refused = 0
    for _ in range(60):
        data = bytearray(framed(lines_of(rng, 8), rng))
        data[rng.randrange(len(data))] = rng.choice(b"0159afx-+_ ;\r\n\x00")
        pieces = list(cut_up(HEAD + bytes(data), rng))
        try:
            out = read_all(BulkResponse, pieces)
        except http.client.HTTPException:
            refused += 1
            continue
        assert out == read_all(http.client.HTTPResponse, pieces)
    assert 0 < refused < 60


@pytest.mark.parametrize("seed", range(4))
def test_a_connection_is_used_again_after_any_framing(seed: int) -> None:
    rng = random.Random(seed)
    bodies = [lines_of(rng, rng.choice([1, 20, 3000])) for _ in range(12)]
    ended: list[bool] = []

    def script(peer: Peer) -> None:
        for body in bodies:
            peer.send(*cut_up(HEAD + framed(body, rng), rng))
            if body is not bodies[-1]:
                peer.read_request()
        ended.append(peer.gone())

    with Server(script) as server:
        transport = Transport(server.url, connect_timeout=5)
        for body in bodies:
            with transport.send("POST", "/", {}, wait=5) as reply:
                assert b"".join(reply.chunks()) == body
        assert server.connections == 1
        transport.close()  # also with `reply` still there
    assert ended == [True]


def test_a_body_cut_at_any_byte_of_its_framing_is_an_error() -> None:
    whole = HEAD + b'8\r\n{"a":1}\n\r\n0;x\r\nA: b\r\n\r\n'
    for end in range(len(HEAD), len(whole), 3):
        with Server(lambda peer, end=end: peer.send(whole[:end])) as server:  # type: ignore[misc]  # bound early
            transport = Transport(server.url, connect_timeout=5)
            with transport.send("POST", "/", {}, wait=5) as reply, pytest.raises(StreamCutError):
                list(reply.chunks())


def test_each_byte_is_split_once_whatever_the_framing(monkeypatch: pytest.MonkeyPatch) -> None:
    split: list[int] = []
    take_whole = ChunkedBody._take_whole

    def counted(body: ChunkedBody, data: bytes, position: int, parts: list[bytes]) -> int:
        split.append(len(data) - position)
        return take_whole(body, data, position, parts)

    monkeypatch.setattr(ChunkedBody, "_take_whole", counted)
    for chunk in (b"2\r\nab\r\n", b"2;x\r\nab\r\n", b"4\r\n\r\n\r\n\r\n", b"0002\r\nab\r\n"):
        split.clear()
        body = ChunkedBody()
        data = chunk * 5000
        for start in range(0, len(data), 4096):
            body.feed(data[start : start + 4096])
        assert sum(split) <= 1.1 * len(data)


def test_a_large_chunk_is_handed_out_piece_by_piece_and_never_split(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(ChunkedBody, "_read_line", lambda _, line: calls.append(len(line)))
    body = ChunkedBody()
    body._left = 16 << 20
    piece = b"\r\n" * (1 << 15)
    for _ in range((16 << 20) // len(piece)):
        assert body.feed(piece) is piece
    assert calls == []


def test_what_is_remembered_of_sizes_is_bounded() -> None:
    body = ChunkedBody()
    for number in range(1, 5000):
        body.feed(b"%x\r\n%b\r\n" % (number, b"x" * number))
    assert len(body._sizes) == 0xFFF
    assert body._sizes[b"zzz"] == body._sizes[b"0"] == body._sizes[b""] == -1
    assert len(body._sizes) == 0xFFF
