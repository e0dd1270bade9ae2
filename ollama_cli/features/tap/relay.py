"""The relay: it listens on the loopback address, and tells each exchange when it has ended."""

import asyncio
import queue
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Self

from ollama_cli.features.tap.connection import Connection
from ollama_cli.features.tap.messages import Head
from ollama_cli.features.tap.record import Record, route_of
from ollama_cli.features.tap.upstream import Upstream
from ollama_cli.system import signals
from ollama_cli.types import threads
from ollama_cli.types.exchanges import End, Exchange

_HOST: Final = "127.0.0.1"
_GRACE: Final = 0.5
_PATIENCE: Final = 3.0


def authorities(ca_file: str | None) -> ssl.SSLContext:
    """Read whom to trust with an https server; ConfigError for what cannot be read."""
    from ollama_cli.transport.authorities import context  # noqa: PLC0415  https alone: 50 ms

    return context(ca_file)


class Relay:
    """A relay before the server at `url`, on this port, 0 for any that is free.

    Raises OSError if it cannot listen there. It runs in a thread of its own; the exchanges are
    asked for in another one. `keeps_bodies` is whether they hold what was sent.
    """

    def __init__(
        self,
        url: str,
        port: int,
        *,
        keeps_bodies: bool = False,
        connect_timeout: float = 5.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._upstream = Upstream(url, connect_timeout=connect_timeout, tls=tls)
        self._keeps_bodies = keeps_bodies
        self._listening = socket.create_server((_HOST, port))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://{_HOST}:{self.port}{self._upstream.path}"
        self._ended: queue.SimpleQueue[Exchange | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._tellings: set[asyncio.Task[None]] = set()
        self._last_telling: asyncio.Task[None] | None = None
        self._count = 0
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Begin to relay."""
        with signals.SHIELD:  # or a thread would run that nobody knows
            self._thread = threads.start(self._run)
        return self

    def close(self) -> None:
        """Stop listening, end all connections, and with them the exchanges; more than once is fine.

        Programs that have just ended may have left something to be read: there is a short grace.
        """
        if self._thread is None:
            self._listening.close()
            self._loop.close()
            return
        with suppress(RuntimeError):  # it is closed already
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(_PATIENCE)

    def exchanges(self) -> Iterator[Exchange]:
        """Wait for exchanges, and yield each one when it has ended, until the relay is closed."""
        while (exchange := self._ended.get()) is not None:
            yield exchange
        self._ended.put(None)  # for who asks again

    def begin(self, head: Head, client: str) -> Record:
        """Note that a request has come."""
        self._count += 1
        target = head.first[1] if len(head.first) > 1 else ""
        route = route_of(target).removeprefix(self._upstream.path)
        return Record(self._count, head, route, client, keeps=self._keeps_bodies)

    def end(self, record: Record, ended: End) -> None:
        """Note that it has ended, and how; it is told once the context is known, if it has one."""
        record.ends()
        telling = self._loop.create_task(self._tell(record, ended, self._last_telling))
        self._last_telling = telling
        self._tellings.add(telling)
        telling.add_done_callback(self._tellings.discard)

    async def _tell(self, record: Record, ended: End, before: "asyncio.Task[None] | None") -> None:
        length = None
        if model := record.loaded_model:
            length = await self._upstream.context_length(
                model, record.num_ctx, is_new=record.has_loaded
            )
        if before:
            await asyncio.wait({before})
        self._ended.put(record.exchange(ended, length))

    def _run(self) -> None:
        try:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()
            self._ended.put(None)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listening)
        await self._over.wait()
        server.close()
        if self._connections:
            await asyncio.wait(self._connections, timeout=_GRACE)
        for connection in self._connections:
            connection.cancel()
        while waited_for := self._connections | self._tellings:
            await asyncio.wait(waited_for)
        await asyncio.sleep(0)  # in which what was closed is given back

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine runs in one
        self._connections.add(task)
        try:
            await Connection((reader, writer), self._upstream, self).run()
        except asyncio.CancelledError:
            pass  # by us, at the end; servers of asyncio take it for a failure
        finally:
            self._connections.discard(task)
