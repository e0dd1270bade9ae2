"""One session of the SDK's client, on an event loop in a thread of its own: callers just wait."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final, TypeVar

import anyio
from mcp import ClientSession

from ollama_cli.types import threads

T = TypeVar("T")
_END: Final = 2.0


class Session:
    """A session that begins at once, on the event loop; raises whatever the SDK raises.

    `connection` makes the SDK's session, and greets the server. Several threads may call.
    """

    def __init__(self, connection: AbstractAsyncContextManager[ClientSession]) -> None:
        self._connection = connection
        self._ready: Future[ClientSession] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scope: anyio.CancelScope | None = None
        self._leave: asyncio.Event | None = None
        self._is_closed = False
        self._thread = threads.start(self._run)

    def opened(self, seconds: float) -> ClientSession:
        """Wait for the handshake; TimeoutError if it takes longer, and then the session is over."""
        return self._ready.result(seconds)

    def call(self, work: Callable[[ClientSession], Awaitable[T]], seconds: float) -> T:
        """Do something in the session and wait; TimeoutError if it takes longer: 0 is no limit.

        CancelledError if the session ends meanwhile.
        """

        async def bounded() -> T:
            with anyio.fail_after(seconds or math.inf):
                return await work(session)

        session = self._ready.result()
        if self._loop is None or self._loop.is_closed():
            raise CancelledError
        future = asyncio.run_coroutine_threadsafe(bounded(), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @property
    def is_over(self) -> bool:
        """Return whether it has ended, by itself or by `close`."""
        return not self._thread.is_alive()

    def close(self, *, gently: bool = False) -> None:
        """End the session; `gently` has it take leave of the other side first, for a while."""
        self._is_closed = True
        if self._leave is not None and gently:
            self._soon(self._leave.set)
            self._thread.join(_END)
        if self._scope is not None:
            self._soon(self._scope.cancel)
        self._thread.join(_END)

    def _soon(self, act: Callable[[], object]) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(act)

    def _run(self) -> None:
        try:
            anyio.run(self._live)
        except BaseException as error:  # noqa: BLE001  it is raised where somebody waits for it
            self._fail(error)
        else:
            self._fail(CancelledError())

    def _fail(self, error: BaseException) -> None:
        if not self._ready.done():
            self._ready.set_exception(error)

    async def _live(self) -> None:
        self._leave = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._scope = scope = anyio.CancelScope()
        if self._is_closed:
            return
        with scope:
            async with self._connection as session:
                self._ready.set_result(session)
                await self._leave.wait()
