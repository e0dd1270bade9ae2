"""Serves until it is terminated: `python -m benchmarks.stub [CPU]` prints its port."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time

from benchmarks.stub import bodies
from benchmarks.stub.wishes import Wish, read_wish

_USUAL_DIMS = 64
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
_ANSWERS = {"/api/generate": "generate", "/api/chat": "chat", "/api/pull": "pull"}


class Stub:
    """One server: what it lists, and what it has seen."""

    def __init__(self) -> None:
        self.models = 20
        self.named: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self.connections = 0
        self.requests: list[str] = []

    def serve(self, listening: socket.socket) -> None:
        """Answer each connection in a thread of its own, for ever."""
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        counted = False
        with connection, connection.makefile("rb") as source, contextlib.suppress(OSError):
            while line := source.readline():
                method, path, _ = line.decode().split(" ", 2)
                length = 0
                while (header := source.readline()) not in {b"\r\n", b"\n", b""}:
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = source.read(length)
                if path == "/stub":
                    connection.sendall(self._control(body))
                    continue
                with self._lock:
                    self.connections += not counted
                    self.requests.append(f"{method} {path}")
                counted = True
                if not self._answer(connection, method, path, body):
                    return

    def _control(self, body: bytes) -> bytes:
        with self._lock:
            if body:
                wanted = json.loads(body)
                self.models, self.named = wanted["models"], tuple(wanted["named"])
            seen = {"connections": self.connections, "requests": self.requests}
            answer = bodies.document(bodies.encoded(seen))
            self.connections, self.requests = 0, []
        return answer

    def _answer(self, connection: socket.socket, method: str, path: str, body: bytes) -> bool:
        """Answer one request; tell whether the connection may be used again."""
        request = json.loads(body) if body else {}
        wish = read_wish(request.get("model") or request.get("name") or "")
        if wish.delay:
            time.sleep(wish.delay / 1000)
        if path in _ANSWERS:
            return _stream(connection, _ANSWERS[path], wish)
        if path == "/api/embed":
            texts = request.get("input") or []
            count = 1 if isinstance(texts, str) else len(texts)
            connection.sendall(bodies.vectors(count, wish.dims or _USUAL_DIMS))
        else:
            answer = self._document(path, wish)
            head, _, _ = answer.partition(b"\r\n\r\n")
            connection.sendall(head + b"\r\n\r\n" if method == "HEAD" else answer)
        return True

    def _document(self, path: str, wish: Wish) -> bytes:
        match path:
            case "/":
                return bodies.document(b"Ollama is running")
            case "/api/version":
                return bodies.document(b'{"version":"0.32.15"}')
            case "/api/tags":
                return bodies.tags(self.models, self.named)
            case "/api/show":
                return bodies.show("embedding" if wish.dims else "completion")
            case "/api/ps":
                return bodies.document(b'{"models":[]}')
            case _:
                return bodies.document(b'{"error":"not found"}', b"404 Not Found")


def _stream(connection: socket.socket, kind: str, wish: Wish) -> bool:
    framing = b"Connection: close" if wish.close else b"Transfer-Encoding: chunked"
    connection.sendall(_HEAD + framing + b"\r\n\r\n")
    if wish.rate:
        _pace(connection, kind, wish)
    else:
        connection.sendall(bodies.stream(kind, wish))
    return not wish.close


def _pace(connection: socket.socket, kind: str, wish: Wish) -> None:
    """Send tokens that tell when they were sent, in nanoseconds of the monotonic clock."""
    before, _, after = bodies.encoded(bodies.piece(kind, "@")).partition(b"@")
    framed = bytes if wish.close else bodies.chunk
    due = time.monotonic()
    for _ in range(wish.events):
        due += 1 / wish.rate
        time.sleep(max(0.0, due - time.monotonic()))
        connection.sendall(framed(before + b"%d" % time.monotonic_ns() + after + b"\n"))
    connection.sendall(framed(bodies.last(kind, wish.events)))
    connection.sendall(b"" if wish.close else b"0\r\n\r\n")


def main() -> None:
    """Listen on a free port of the loopback address."""
    if len(sys.argv) > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(sys.argv[1])})
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(listening.getsockname()[1], flush=True)
        Stub().serve(listening)


if __name__ == "__main__":
    main()
