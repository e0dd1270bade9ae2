"""Random HTTP/1 dialogues, framed and cut as RFC 9112 allows, and both their ends."""

import json
import random
import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import NamedTuple, Self

from framings import cut_up, framed

PATIENCE = 20.0


class Turn(NamedTuple):
    """One request and its answer, as bytes; `closes` where the server ends the connection."""

    request: bytes
    answer: bytes
    closes: bool


def turns(rng: random.Random) -> list[Turn]:
    """Make the turns of one connection: the last one may close it."""
    found = [_turn(rng, may_close=False) for _ in range(rng.choice([0, 0, 0, 1, 3]))]
    return [*found, _turn(rng, may_close=True)]


def _turn(rng: random.Random, *, may_close: bool) -> Turn:
    method = rng.choice(["GET", "POST", "POST", "HEAD", "DELETE", "put"])
    end = rng.choice([b"\r\n", b"\r\n", b"\n"])
    fields = [b"Host: localhost:1", b"X-Odd:\tsp aced \xe9 " + b"y" * rng.choice([0, 5, 3000])]
    body = b"" if method in {"GET", "HEAD"} else _body(rng)
    if body or rng.random() < 0.1:
        is_chunked = method != "HEAD" and rng.random() < 0.5
        fields.append(
            b"transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
        )
        body = framed(body, rng) if is_chunked else body
    rng.shuffle(fields)
    before = rng.choice([b"", b"", b"", b"\r\n"])
    head = b"%s /api/tags?key=1 HTTP/1.1" % method.encode()
    request = before + end.join([head, *fields, b"", b""]) + body
    answer, closes = _answer(rng, method, may_close=may_close)
    return Turn(request, answer, closes)


def _answer(rng: random.Random, method: str, *, may_close: bool) -> tuple[bytes, bool]:
    before = rng.choice(
        [b"", b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 X\r\nA: b\r\n\r\n"]
    )
    status = rng.choice([b"200 OK", b"200", b"404 Not Found", b"204 No Content", b"304 X"])
    has_body = method != "HEAD" and not status.startswith((b"204", b"304"))
    body = _body(rng) if has_body else b""
    fields, kind = [b"X: y", b"Content-Type: application/json"], rng.choice(["length", "chunks"])
    if may_close and has_body and rng.random() < 0.3:
        return before + _head(status, fields) + body, True
    if kind == "chunks" and has_body:
        return before + _head(status, [*fields, b"Transfer-Encoding: gzip, Chunked"]) + framed(
            body, rng
        ), False
    told = len(body) if has_body else 77
    return before + _head(status, [*fields, b"content-length: %d" % told]) + body, False


def _head(status: bytes, fields: Iterable[bytes]) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", b""])


def _body(rng: random.Random) -> bytes:
    kind = rng.choice(["empty", "json", "lines", "noise", "noise"])
    if kind == "empty":
        return b""
    if kind == "json":
        return json.dumps({"model": "m", "messages": [{"content": 'é"\\' * 9}] * 3}).encode()
    if kind == "lines":
        return b'{"response":"a","done":false}\n' * rng.choice([1, 40]) + b'{"done":true}\n'
    return rng.randbytes(rng.choice([1, 10, 1000, 70000]))


class Speaker:
    """A server on loopback that plays turns: it hears a request to its last byte, then answers."""

    def __init__(self, seed: int) -> None:
        self.wrong: list[str] = []
        self._rng = random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._turns: list[Turn] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listening.close()

    def talk(self, port: int, played: list[Turn], rng: random.Random) -> list[str]:
        """Speak with it through this port; return what came otherwise than it was sent."""
        self._turns = played
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
            for number, turn in enumerate(played):
                for piece in cut_up(turn.request, rng) if rng.random() < 0.5 else [turn.request]:
                    sock.sendall(piece)
                got = _heard(sock, len(turn.answer))
                if turn.closes:
                    got += sock.recv(1)
                if got != turn.answer:
                    self.wrong.append(
                        f"answer {number}: {turn.answer[:200]!r} came as {got[:200]!r}"
                    )
                    break
        return self.wrong

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with sock:
                self._play(sock)

    def _play(self, sock: socket.socket) -> None:
        for number, turn in enumerate(self._turns):
            got = _heard(sock, len(turn.request))
            if got != turn.request:
                self.wrong.append(f"request {number}: {turn.request[:200]!r} came as {got[:200]!r}")
                return
            for piece in cut_up(turn.answer, self._rng) if number % 2 else [turn.answer]:
                sock.sendall(piece)
            if turn.closes:
                return
        _heard(sock, 1)


def _heard(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := sock.recv(min(65536, size - len(data)))):
        data += piece
    return data
