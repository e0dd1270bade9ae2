"""Small servers on loopback that answer by a script, however badly: fakes for tests.

`Server(script, …)` plays the first script to the first connection, the second to the second, and
the last one to all that follow. A script is a function of the `Peer`; `answer`, `lines`, `page`
and `bytes_then` make the usual ones.
"""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

PATIENCE = 30.0
VERSION = "/api/version"
LAST_CHUNK = b"0\r\n\r\n"
NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json; charset=utf-8"}
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Peer:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, over: threading.Event) -> None:
        self._sock = sock
        self._over = over
        self.request = Request("", "")
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read_request(self) -> Request | None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._sock.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = {name.title(): value.strip() for name, _, value in pairs}
        while len(body) < int(headers.get("Content-Length", "0")):
            body += self._sock.recv(65536)
        self.request = Request(method, path, headers, body)
        return self.request

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._sock.sendall(piece)

    def stall(self) -> None:
        """Say nothing until the client has gone, the test is over or patience ends."""
        end = time.monotonic() + PATIENCE
        self._sock.settimeout(0.02)
        while not self._over.is_set() and time.monotonic() < end:
            try:
                if not self._sock.recv(65536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def left(self, seconds: float) -> bool:
        """Wait a moment; tell whether the client left, or the test is over."""
        self._sock.settimeout(seconds)
        try:
            return not self._sock.recv(65536)
        except TimeoutError:
            return self._over.is_set()
        finally:
            self._sock.settimeout(PATIENCE)

    def gone(self) -> bool:
        """Wait until the client has closed its end."""
        try:
            while self._sock.recv(65536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True

    def leave(self) -> None:
        """Close, but not before the client: what it still sends would reset the connection."""
        self._sock.shutdown(socket.SHUT_WR)
        self.gone()

    def reset(self) -> None:
        """Close with a reset instead of a farewell."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()


Script = Callable[[Peer], None]


class Server:
    """A server on a port of its own; `requests` holds what it was asked but its version."""

    def __init__(
        self, *scripts: Script, reads: bool = True, port: int = 0, is_ollama: bool = True
    ) -> None:
        self._scripts = scripts
        self._tells_version = is_ollama and not any(
            VERSION in each.scripts for each in scripts if isinstance(each, ByPath)
        )
        self._reads = reads
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._peers: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.requests: list[Request] = []
        self.connections = 0
        self.errors: list[Exception] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._thread.join(PATIENCE)
        self._listener.close()
        for thread in self._peers:
            thread.join(PATIENCE)
        if exc is None and self.errors:
            raise self.errors[0]

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                sock, _ = self._listener.accept()
            except ConnectionError:
                continue  # gone before it was taken
            if self._over.is_set():
                sock.close()
                return
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._peers.append(thread)
            thread.start()

    def _next_script(self, request: Request | None) -> Script:
        if request and request.path == VERSION and self._tells_version:
            return document({"version": "0.32.15"})
        with self._lock:
            self.connections += 1
            self.requests += [request] if request else []
            return self._scripts[min(self.connections, len(self._scripts)) - 1]

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            peer = Peer(sock, self._over)
            try:
                request = peer.read_request() if self._reads else None
                if self._reads and request is None:
                    return
                self._next_script(request)(peer)
            except OSError:
                pass  # the client went away: that is its right
            except Exception as error:  # noqa: BLE001  carried to the test that owns the server
                self.errors.append(error)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Because", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def answer(status: int = 200, body: bytes = b"", headers: Mapping[str, str] = JSON) -> Script:
    """A whole answer with its length."""
    data = head(status, {**headers, "Content-Length": str(len(body))}) + body
    return lambda peer: peer.send(data)


def document(value: object, status: int = 200) -> Script:
    return answer(status, json.dumps(value).encode())


def page(status: int = 200) -> Script:
    """An HTML page, as proxies and other programs send it."""
    return answer(status, b"<!DOCTYPE html><h1>Welcome</h1>", {"Content-Type": "text/html"})


def lines(*values: object) -> Script:
    """A whole NDJSON stream, a chunk per line."""
    chunks = [chunk(json.dumps(value, ensure_ascii=False).encode() + b"\n") for value in values]
    return lambda peer: peer.send(CHUNKED, *chunks, LAST_CHUNK)


def bytes_then(data: bytes, after: Script = lambda peer: None) -> Script:  # noqa: ARG005
    """These bytes, then whatever `after` does."""

    def script(peer: Peer) -> None:
        peer.send(data)
        after(peer)

    return script


def drip(data: bytes) -> Script:
    """One byte per packet."""
    return lambda peer: peer.send(*(data[i : i + 1] for i in range(len(data))))


def by_path(scripts: Mapping[str, Script], otherwise: Script | None = None) -> Script:
    """The script that belongs to the path asked for."""
    return ByPath(scripts, otherwise or answer(404, b"404 page not found", TEXT))


@dataclass
class ByPath:
    scripts: Mapping[str, Script]
    missing: Script

    def __call__(self, peer: Peer) -> None:
        self.scripts.get(peer.request.path, self.missing)(peer)
