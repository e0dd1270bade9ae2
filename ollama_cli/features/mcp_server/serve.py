"""Serve agents until they go: over standard input and output, or over HTTP on this machine."""

import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import anyio
from mcp.shared.message import SessionMessage

from ollama_cli.errors import RefusedError
from ollama_cli.features.context import Context
from ollama_cli.features.mcp_server import listen, stdio
from ollama_cli.features.mcp_server.desk import Desk
from ollama_cli.features.mcp_server.limits import USUAL, Limits
from ollama_cli.features.mcp_server.protocol import Service
from ollama_cli.features.mcp_server.tools import tools
from ollama_cli.types import threads

if TYPE_CHECKING:
    import asyncio

_LOOK: Final = 0.25  # seconds between two looks at the parent and the clock
_LAST: Final = 0.9  # seconds that calls have to close their connections at the end
_LOGGERS: Final = ("mcp", "uvicorn", "asyncio", "httpx2", "sse_starlette")


class Wishes(NamedTuple):
    """What the user allows, and how it is served.

    `patterns` narrow the models. `idle_exit` are the seconds without a call after which it ends, 0
    is never. `port` is that of HTTP, `token_variable` the variable of its token.
    """

    limits: Limits = USUAL
    may_pull: bool = False
    may_delete: bool = False
    may_be_remote: bool = False
    patterns: tuple[str, ...] = ()
    idle_exit: float = 0.0
    port: int | None = None
    token_variable: str | None = None


def serve(context: Context, wishes: Wishes) -> None:
    """Serve until the client goes, its process ends, or nothing was asked for long.

    Raises RefusedError for a server that is public, unless that is wished, and what a signal
    raises once the calls have been ended.
    """
    if not wishes.may_be_remote:
        context.set_flags(local_only=True)
    if context.stdin.is_terminal and wishes.port is None:
        context.prompter.note("an MCP client starts this: `ollama-cli mcp config` prints how")
    context.prompter.quiet = True  # notes about each call would fill the client's log
    try:
        context.servers.ollama()  # refuses a public host
    except RefusedError as error:
        if wishes.may_be_remote:
            raise
        raise error.with_facts(hint="let agents use it: `--allow-remote`") from error
    _hush(is_debugging=context.flags.debug)
    desk = Desk(context, wishes.limits, wishes.patterns)
    offered = tools(wishes.limits, may_pull=wishes.may_pull, may_delete=wishes.may_delete)
    service = Service(desk, offered)
    if wishes.port is None:
        _Serving(_Stdio(service, stdio.take()), service, wishes.idle_exit).run()
        return
    with listen.opened(wishes.port) as socket:
        token = listen.token(context, wishes.token_variable)
        listen.announce(context, socket, None if wishes.token_variable else token)
        door = listen.Door(service.server(), socket, token, wishes.limits.input_bytes)
        _Serving(door, service, wishes.idle_exit).run()


class _Serving:
    """An event loop on a thread of its own: signals come to the main thread, which only waits."""

    def __init__(
        self, serve: Callable[["Activity"], Awaitable[None]], service: Service, idle_exit: float
    ) -> None:
        self._serve = serve
        self._activity = Activity(service, idle_exit)
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scope: anyio.CancelScope | None = None

    def run(self) -> None:
        """Serve to the end; raises what the loop raises, and what a signal does."""
        threads.start(self._run)
        try:
            self._ended.wait()
        except BaseException:
            if self._loop is not None and self._scope is not None:
                with suppress(RuntimeError):  # the loop has just ended
                    self._loop.call_soon_threadsafe(self._scope.cancel)
            self._ended.wait(_LAST)
            raise
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            anyio.run(self._main)
        except BaseException as error:  # noqa: BLE001  raised again by the thread that waits
            self._error = error
        finally:
            self._ended.set()

    async def _main(self) -> None:
        import asyncio  # noqa: PLC0415  anyio has loaded it: under 1 ms

        self._loop = asyncio.get_running_loop()
        async with anyio.create_task_group() as tasks:
            self._scope = tasks.cancel_scope
            tasks.start_soon(self._watch)
            await self._serve(self._activity)
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        while not self._activity.is_over():  # noqa: ASYNC110  nobody tells of a parent's end
            await anyio.sleep(_LOOK)
        assert self._scope is not None  # noqa: S101  it was set before this began
        self._scope.cancel()


class Activity:
    """Whether anybody is still there: the parent, and something asked of late."""

    def __init__(self, service: Service, idle_exit: float) -> None:
        self._service = service
        self._idle_exit = idle_exit
        self._last = time.monotonic()
        self.parent: int | None = None

    def heard(self) -> None:
        """Note that something came."""
        self._last = time.monotonic()

    def is_over(self) -> bool:
        """Return whether the parent is another one than at first, or nothing came for long."""
        if self.parent is not None and os.getppid() != self.parent:
            return True
        if self._service.running:
            self.heard()
        return 0 < self._idle_exit < time.monotonic() - self._last


class _Stdio:
    """Serves one client over the wire."""

    def __init__(self, service: Service, wire: stdio.Wire) -> None:
        self._service = service
        self._wire = wire
        self._parent = os.getppid()

    async def __call__(self, activity: Activity) -> None:
        activity.parent = self._parent
        incoming, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
        server = self._service.server()
        async with anyio.create_task_group() as tasks:

            async def write_all() -> None:
                await stdio.write_all(self._wire, outgoing)
                tasks.cancel_scope.cancel()

            tasks.start_soon(write_all)
            stdio.start_reading(self._wire, incoming, activity.heard)
            await server.run(read, write, server.create_initialization_options())
            tasks.cancel_scope.cancel()


def _hush(*, is_debugging: bool) -> None:
    """Keep the libraries' loggers off stderr, unless their words are wanted."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.handlers = [logging.StreamHandler() if is_debugging else logging.NullHandler()]
        if is_debugging:
            logger.setLevel(logging.DEBUG)
