"""Chunked bodies framed and cut in every way that RFC 9112 allows, and their reading: for tests."""

import http.client
import io
import random
from collections.abc import Iterator


def framed(body: bytes, rng: random.Random) -> bytes:
    """Chunk a body in some way that RFC 9112 allows."""
    parts: list[bytes] = []
    rest = body
    while rest:
        size = rng.choice([1, 2, 7, 63, 1000, len(rest)])
        piece, rest = rest[:size], rest[size:]
        number = f"{len(piece):x}"
        spelled = rng.choice([number, number.upper(), "000" + number])
        extension = rng.choice(["", "", ";a=b", ' ; quoted="x;y"', ";" + "e" * 300])
        parts.append(f"{spelled}{extension}\r\n".encode() + piece + b"\r\n")
    trailers = rng.choice([b"", b"", b"X-Sum: 1\r\n", b"A: b\r\nC: d\r\n"])
    return b"".join(parts) + rng.choice([b"0", b"00"]) + b"\r\n" + trailers + b"\r\n"


def cut_up(data: bytes, rng: random.Random) -> Iterator[bytes]:
    while data:
        size = rng.choice([1, 2, 3, 17, 500, len(data)])
        yield data[:size]
        data = data[size:]


class Wire(io.RawIOBase):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as sockets do it
        if not self._pieces:
            return 0
        piece = self._pieces.pop(0)
        taken, rest = piece[: len(buffer)], piece[len(buffer) :]
        buffer[: len(taken)] = taken
        if rest:
            self._pieces.insert(0, rest)
        return len(taken)


class Socket:
    def __init__(self, pieces: list[bytes]) -> None:
        self._file = io.BufferedReader(Wire(pieces))

    def gettimeout(self) -> None:
        return None

    def makefile(self, _: str) -> object:
        return self._file


def read_all(kind: type[http.client.HTTPResponse], pieces: list[bytes]) -> bytes:
    response = kind(Socket(list(pieces)), method="GET")  # type: ignore[arg-type]  # a fake
    response.begin()
    out = b""
    while data := response.read1(65536):
        out += data
    return out
