"""One connection of a program, and the one to the server that belongs to it.

Each has one of its own on the other side, so that what is kept open, closed or reset on one side is
so on the other. Bytes are passed on first, and looked at afterwards.
"""

import asyncio
import json
import os
import socket
import ssl
import struct
from collections import deque
from typing import Final, Protocol

from ollama_cli.features.tap.guard import refusal
from ollama_cli.features.tap.messages import (
    BadMessageError,
    Framing,
    Head,
    Messages,
    Part,
    answer_framing,
    read_head,
    request_framing,
)
from ollama_cli.features.tap.record import Record
from ollama_cli.features.tap.upstream import Streams, Upstream
from ollama_cli.types.exchanges import End

_PIECE: Final = 65536
_GRACE: Final = 0.5
_SWITCHED: Final = 101
_FINAL: Final = 200
_REASONS: Final = {400: "Bad Request", 403: "Forbidden", 502: "Bad Gateway"}
_RESET: Final = struct.pack("ii", 1, 0)


class Desk(Protocol):
    """Who numbers the exchanges, and takes them when they have ended."""

    def begin(self, head: Head, client: str) -> Record:
        """Note that a request has come."""

    def end(self, record: Record, ended: End) -> None:
        """Note that it has ended, and how."""


class Connection:
    """Relays one connection of a program until one side ends it."""

    def __init__(self, client: Streams, upstream: Upstream, desk: Desk) -> None:
        self._reader, self._writer = client
        self._writer.transport.set_write_buffer_limits(0)
        self._upstream = upstream
        self._desk = desk
        self._server: Streams | None = None
        self._asking: asyncio.Task[None] | None = None
        self._answering: asyncio.Task[None] | None = None
        self._open: deque[Record] = deque()  # those that are not answered yet
        self._requests = Messages(request_framing)
        self._answers: Messages | None = Messages(self._framing_of_answer)
        self._refused: tuple[Record | None, int, str] | None = None
        self._ending: End = "client"
        self._is_tunnel = False
        self._has_client = True
        self._heard = 0  # pieces that the server has sent

    async def run(self) -> None:
        """Relay until the end; what is open then is told."""
        try:
            self._asking = asyncio.create_task(self._ask())
            await _outcome(self._asking)
            if self._answering:
                await _outcome(self._answering)
        finally:
            for task in filter(None, (self._asking, self._answering)):
                task.cancel()
            for record in self._open:
                is_done = self._is_tunnel or record.is_whole
                self._desk.end(record, "done" if is_done else self._ending)
            self._writer.close()
            if self._server:
                self._server[1].close()

    async def _ask(self) -> None:
        """Pass on what the program sends; nothing of a request before its whole head was seen."""
        try:
            while data := await self._reader.read(_PIECE):
                out = data if self._is_tunnel else self._taken(data)
                if out and self._server is None and not await self._connect():
                    return
                if out and self._server:
                    self._server[1].write(out)
                    await self._server[1].drain()
                if self._refused:
                    await self._refuse(*self._refused)
                    return
        except ConnectionError:
            if self._reader.exception() is None:
                return  # it is the server that has gone, whose last words may be on their way
        self._has_client = False
        await self._see_off()

    async def _see_off(self) -> None:
        """Tell the server that the program has left, and leave it, unless it goes on to answer."""
        if self._server is None:
            return
        _, server = self._server
        if self._reader.exception() is not None:
            _reset(server)
        elif server.can_write_eof() and not server.transport.is_closing():
            server.write_eof()
            heard = -1
            while heard != self._heard:
                heard = self._heard
                await asyncio.sleep(_GRACE)
        server.transport.abort()

    def _taken(self, data: bytes) -> bytes:
        """Look at bytes of requests, and return those that are passed on."""
        out: list[bytes] = []
        try:
            for event in self._requests.feed(data):
                match event:
                    case Head():
                        record = self._desk.begin(event, self._client(event))
                        if found := refusal(event):
                            self._refused = (record, *found)
                            break
                        self._open.append(record)
                        out.append(event.raw)
                    case Part():
                        out.append(event.raw)
                        self._open[-1].asked(event)
        except BadMessageError as error:
            self._refused = (None, 400, str(error))
        return b"".join(out)

    def _client(self, head: Head) -> str:
        """Return how a program names itself, else its address."""
        named = " ".join(head.all("user-agent")).split()
        host, port, *_ = self._writer.get_extra_info("peername") or ("", "")
        return named[0] if named else f"{host}:{port}"

    async def _connect(self) -> bool:
        """Connect to the server; where it is away, answer in its place."""
        try:
            self._server = await self._upstream.connect()
        except OSError as error:
            sentence = f"cannot connect to {self._upstream.url}: {_reason(error)}"
            await self._refuse(self._open.popleft(), 502, sentence)
            self._ending = "server"
            return False
        self._server[1].transport.set_write_buffer_limits(0)
        self._answering = asyncio.create_task(self._answer(*self._server))
        self._answering.add_done_callback(lambda _: self._asking and self._asking.cancel())
        return True

    async def _refuse(self, record: Record | None, status: int, sentence: str) -> None:
        """Answer in place of the server, and close the connection."""
        if self._open:  # what is under way would be mixed up with it
            self._ending = "server"
            if record:
                self._desk.end(record, "server")
            _reset(self._writer)
            return
        body = json.dumps({"error": sentence}).encode()
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        ).encode()
        if record:
            record.answer_begins()
            record.answer_head(read_head(head))
            record.answered(Part(body, body))
            self._desk.end(record, "server" if status not in {400, 403} else "done")
        self._writer.write(head + body)
        try:
            self._writer.write_eof()
            async with asyncio.timeout(_GRACE):  # what is still sent would reset the connection
                while await self._reader.read(_PIECE):
                    pass
        except OSError:
            return

    async def _answer(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        """Pass on what the server sends, and look at it then, until one of them has left."""
        try:
            while data := await reader.read(_PIECE):
                self._heard += 1
                self._writer.write(data)
                self._look(data)
                await self._writer.drain()
        except ConnectionError:
            if reader.exception() is None:
                self._has_client = False
            elif self._has_client:
                self._ending = "server"
                _reset(self._writer)
            return
        if self._has_client:
            self._ending = "server"
            if self._answers and self._answers.is_until_close:
                self._end_answer()

    def _look(self, data: bytes) -> None:
        """Look at bytes of answers; what cannot be read is passed on all the same."""
        if self._open:
            self._open[0].answer_begins()
        unread = len(data) + (self._answers.held if self._answers else 0)
        try:
            for event in self._answers.feed(data) if self._answers else ():
                match event:
                    case Head():
                        unread -= len(event.raw)
                        self._open[0].answer_head(event)
                    case Part():
                        unread -= len(event.raw)
                        self._open[0].answered(event)
                    case _ if self._open[0].status == _SWITCHED:
                        self._is_tunnel, self._answers = True, None
                        break
                    case _ if (self._open[0].status or 0) >= _FINAL:
                        self._end_answer()
        except BadMessageError:
            self._answers = None
        if self._answers is None and self._open:
            self._open[0].answered_unread(unread)

    def _framing_of_answer(self, head: Head) -> Framing:
        if not self._open:
            raise BadMessageError("an answer that nobody asked for")
        return answer_framing(head, self._open[0].method)

    def _end_answer(self) -> None:
        record = self._open.popleft()
        has_failed = not self._has_client and _is_reset(self._writer)
        self._desk.end(record, "client" if has_failed and not record.is_whole else "done")


async def _outcome(task: "asyncio.Task[None]") -> None:
    """Wait for the end of a task, which may be cancelled, and raise what went wrong in it."""
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection as one does that went wrong, so that nobody takes it for an end."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def _is_reset(writer: asyncio.StreamWriter) -> bool:
    """Return whether the other side has gone, and took nothing of what was sent last."""
    sock = writer.get_extra_info("socket")
    if writer.transport.is_closing() or sock is None or sock.fileno() < 0:
        return True
    return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLError):  # whose number is none of the system's
        return str(getattr(error, "verify_message", "") or error.reason or error).lower()
    if error.errno is None or isinstance(error, socket.gaierror):
        return (error.strerror or str(error)).lower()
    return os.strerror(error.errno).lower()
