"""A pull over a bare socket: what came over the wire, byte for byte, and how it ended."""

import json
import socket
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

END, CLOSE, RESET, SILENCE, ENOUGH = "end", "close", "reset", "silence", "enough"


class Pulled(NamedTuple):
    """The answer to one pull; `ending` is one of the words above."""

    head: bytes
    lines: list[bytes]
    ending: str

    @property
    def status(self) -> int:
        return int(self.head.split()[1])

    @property
    def events(self) -> list[Any]:
        return _decoded(tuple(self.lines))

    @property
    def layers(self) -> list[Any]:
        """The lines about layers."""
        return [event for event in self.events if "digest" in event]

    @property
    def bytes(self) -> int:
        """The bytes of all layers, as they were last told."""
        last = {event["digest"]: event.get("completed", 0) for event in self.layers}
        return sum(last.values())


@lru_cache(maxsize=1)
def _decoded(lines: tuple[bytes, ...]) -> list[Any]:
    return [json.loads(line) for line in lines]


def pull(url: str, model: str, *, lines: int = 10**9, patience: float = 10.0) -> Pulled:
    """Pull, and hang up after so many lines or so long a silence."""
    body = json.dumps({"model": model}).encode()
    head = b"POST /api/pull HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    received = bytearray()
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), patience) as line:
        line.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        ending = CLOSE
        try:
            while piece := line.recv(1 << 16):
                received += piece
                lines -= piece.count(b"}\n")
                if lines <= 0:
                    ending = ENOUGH
                    break
        except ConnectionResetError:
            ending = RESET
        except TimeoutError:
            ending = SILENCE
    top, _, body = bytes(received).partition(b"\r\n\r\n")
    if b"chunked" not in top:
        return Pulled(top, body.splitlines(), ending)
    chunks, is_whole = _unchunked(body)
    return Pulled(top, b"".join(chunks).splitlines(), END if is_whole else ending)


def _unchunked(body: bytes) -> tuple[list[bytes], bool]:
    """Take the chunks apart; tell whether the last one is the one that ends them."""
    chunks: list[bytes] = []
    place = 0
    while (end := body.find(b"\r\n", place)) >= 0:
        length, begin = int(body[place:end], 16), end + 2
        if length == 0:
            return chunks, body[begin:] == b"\r\n"
        chunks.append(body[begin : begin + length])
        place = begin + length + 2
    return chunks, False
