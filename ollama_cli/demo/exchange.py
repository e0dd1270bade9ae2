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

from ollama_cli.demo import framing, routes
from ollama_cli.demo.documents import BAD_REQUEST, TEXT_UTF8, Document, RefusalError, Stream
from ollama_cli.demo.faults import AnswerFault
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


class Exchange(BaseHTTPRequestHandler):
    """One connection and the requests that come over it."""

    server: Host  # type: ignore[assignment]  # the one kind of server that makes exchanges
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

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
        """Answer one request of any method."""
        # http.server has already changed `//` to `/` in self.path; the real server redirects it.
        path = self.requestline.split()[1].partition("?")[0]
        peer = Peer(self.connection)
        try:
            body = framing.body(self.headers, self.rfile)
        except framing.FramingError:
            bad = Document(BAD_REQUEST, b"400 Bad Request", TEXT_UTF8)
            self._refuse(bad, AnswerFault(None, path, peer))
            return
        except RefusalError as error:
            self._refuse(routes.refusal(path, error), AnswerFault(None, path, peer))
            return
        fault = self.server.plan.next_fault(path)
        wanted = self.headers.get("Range", "")
        request = Request(self.server.machine, peer, path, body, wanted, fault)
        kind = None if fault is None or fault.has_place else fault.kind
        self._answer(request, AnswerFault(kind, path, peer))

    def _answer(self, request: Request, fault: AnswerFault) -> None:
        if routes.is_forbidden(self.headers.get("Host", ""), self.headers.get("Origin")):
            self._send(Document(FORBIDDEN), fault)
            return
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
        body = b"" if self.command == "HEAD" else answer.body
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
