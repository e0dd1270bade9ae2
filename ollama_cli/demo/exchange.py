"""The HTTP part of the server: read a request, write its answer.

Documents have a length, streams are chunked with one event per chunk, and a connection stays open
unless one side wants to close it.
"""

import socket
import time
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Final, Protocol
from urllib.parse import urlsplit

from ollama_cli.demo import framing, routes
from ollama_cli.demo.documents import BAD_REQUEST, TEXT_UTF8, Body, Document, RefusalError, Stream
from ollama_cli.demo.faults import AnswerFault, asks_for_json
from ollama_cli.demo.limits import Budget, Limits, Share, TimedReader
from ollama_cli.demo.machine import Machine, Request
from ollama_cli.demo.peer import CutError, GoneError, Peer, ResetError
from ollama_cli.demo.script import Plan

FORBIDDEN: Final = 403

_DRAIN_SECONDS: Final = 0.5
_PIECE: Final = 1 << 16


class Host(Protocol):
    """What an exchange needs from the server."""

    machine: Machine
    plan: Plan
    limits: Limits
    bodies: Budget


class Exchange(BaseHTTPRequestHandler):
    """One connection and the requests that come over it."""

    server: Host  # type: ignore[assignment]  # the one kind of server that makes exchanges
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Read from the connection within the limits on time."""
        super().setup()
        self._limits = self.server.limits
        self._arriving = TimedReader(self.connection, self._limits.write)
        self.rfile = self._waiting = self._arriving.buffered()

    def handle_one_request(self) -> None:
        """Wait for a request, and answer it."""
        self._arriving.allow(self._limits.idle)
        if not self._waiting.peek(1):
            self.close_connection = True
            return
        self._arriving.allow(self._limits.head)
        super().handle_one_request()

    def handle_expect_100(self) -> bool:
        """Ask for the body later, once it is sure that it is read."""
        return True

    def handle(self) -> None:
        """Serve until one side closes the connection, which is no error."""
        try:
            super().handle()
        except (GoneError, CutError, ConnectionError, TimeoutError):
            self.close_connection = True
        except ResetError:
            self.close_connection = True
            Peer(self.connection).reset()

    def do_GET(self) -> None:
        """Answer one request of any method; who asks is judged before the body is read."""
        peer = Peer(self.connection)
        try:
            framing.check_head(self.headers, self.request_version)
            host, path = self._target()
        except (framing.FramingError, ValueError):
            bad = Document(BAD_REQUEST, b"400 Bad Request", TEXT_UTF8)
            self._refuse(bad, AnswerFault(None, "", peer))
            return
        healthy = AnswerFault(None, path, peer)
        if routes.is_forbidden(host, self.headers.get("Origin")):
            refuse = self._refuse if framing.has_body(self.headers) else self._send
            refuse(Document(FORBIDDEN), healthy)
            return
        with self.server.bodies.holding() as share:
            try:
                body = self._body(share)
            except framing.FramingError:
                self._refuse(Document(BAD_REQUEST, b"400 Bad Request", TEXT_UTF8), healthy)
            except RefusalError as error:
                self._refuse(routes.refusal(path, error), healthy)
            else:
                self._answer(peer, path, body)

    def _target(self) -> tuple[str, str]:
        """Return the host and the path that are asked for, either may stand in the first line."""
        # http.server has already changed `//` to `/` in self.path; the real server redirects it.
        target = self.requestline.split()[1]
        if not target.lower().startswith(("http://", "https://")):
            return self.headers.get("Host", ""), target.partition("?")[0]
        parts = urlsplit(target)
        return parts.netloc, parts.path or "/"

    def _body(self, share: Share) -> bytes:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._arriving.allow(self._limits.body)
        return framing.body(self.headers, self.rfile, share)

    def _answer(self, peer: Peer, path: str, body: bytes) -> None:
        planned = self.server.plan.next_fault(path, has_format=asks_for_json(path, body))
        wanted = self.headers.get("Range", "")
        request = Request(self.server.machine, peer, path, body, wanted, planned)
        kind = None if planned is None or planned.has_place else planned.kind
        fault = AnswerFault(kind, path, peer)
        answer = fault.instead() or routes.answer(self.command, request)
        if isinstance(answer, Stream):
            self._stream(fault.on_stream(answer))
        else:
            self._send(fault.on_document(answer), fault)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  names that http.server looks for
    do_PATCH = do_OPTIONS = do_GET  # noqa: N815  likewise

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parameter's name in http.server
        """Write no log: the terminal belongs to the program that runs the server."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what http.server cannot read, always with a status line, and drain."""
        self.request_version = self.protocol_version
        super().send_error(code, message, explain)
        self._drain()

    def _refuse(self, answer: Document, fault: AnswerFault) -> None:
        """Refuse a request whose body stays unread, and drain."""
        self.close_connection = True
        self._send(answer, fault)
        self._drain()

    def _drain(self) -> None:
        """Read and drop for a moment what still arrives: a reset would lose the answer."""
        end = time.monotonic() + _DRAIN_SECONDS
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while (left := end - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(_PIECE):
                    return

    def _send(self, answer: Document, fault: AnswerFault) -> None:
        """Write a document; a fault may stop it in the middle."""
        body: Body = b"" if self.command == "HEAD" else answer.body
        has_length = bool(answer.body) or self.command != "HEAD"
        head = self._head(answer, {"Content-Length": str(len(answer.body))} if has_length else {})
        if not body:
            fault.interrupt()
            self.wfile.write(head)
            return
        for piece in fault.pieces(body):
            self.wfile.write(head + piece)
            head = b""

    def _stream(self, answer: Stream) -> None:
        """Write a stream; the last chunk is sent only if the stream ends normally."""
        chunked = self.request_version != "HTTP/1.0"
        framing = {"Transfer-Encoding": "chunked"} if chunked else {}
        self.close_connection = self.close_connection or not chunked
        whole = Document(content_type=answer.content_type)
        self.wfile.write(self._head(whole, framing))
        for chunk in answer.chunks():
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _head(self, answer: Document, framing: dict[str, str]) -> bytes:
        headers = {"Content-Type": answer.content_type} if answer.content_type else {}
        headers |= dict(answer.headers)
        headers |= {"Date": formatdate(time.time(), usegmt=True)} | framing
        if self.close_connection:
            headers["Connection"] = "close"
        rows = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        rows += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*rows, "", ""]).encode("latin-1")
