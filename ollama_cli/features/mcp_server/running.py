"""Calls on threads of their own, which a cancelled task ends at once: the connection is closed."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.abort import Abort
from ollama_cli.types import threads

T = TypeVar("T")
Report = Callable[[float, float | None], Coroutine[Any, Any, None]]
_INTERVAL: Final = 0.2  # seconds between two reports: five a second
_PATIENCE: Final = 1.0


class Reporter:
    """Passes some of a thread's reports on to the event loop; raises once nobody waits any more."""

    def __init__(self, send: Report | None) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._next, self._last = 0.0, -1.0
        self.is_over = False

    def __call__(self, done: float, total: float | None = None) -> None:
        """Report how far the call is, at most five times a second."""
        if self.is_over:
            raise OllamaCliError("the call was cancelled")
        now = time.monotonic()
        # A pull that begins again falls back; the protocol wants each report above the last.
        if self._send is None or now < self._next or done <= self._last:
            return
        self._next, self._last = now + _INTERVAL, done
        with suppress(
            RuntimeError, TimeoutError
        ):  # the loop has ended, or its client does not read
            sent = asyncio.run_coroutine_threadsafe(self._send(done, total), self._loop)
            sent.result(_PATIENCE)  # it is on its way before the result is


async def in_thread(work: Callable[[Reporter], T], send: Report | None = None) -> T:
    """Do the work on a thread, and return or raise what comes of it.

    Where the task is cancelled, what the thread asks a server is ended, and its result is lost.
    """
    loop = asyncio.get_running_loop()
    settled: asyncio.Future[T] = loop.create_future()
    abort, reporter = Abort(), Reporter(send)

    def settle(result: T | None, error: BaseException | None) -> None:
        if settled.done():
            return
        if error is not None:
            settled.set_exception(error)
        else:
            settled.set_result(result)  # type: ignore[arg-type]  # None only if that is its type

    def run() -> None:
        result, error = None, None
        try:
            with abort.watching():
                result = work(reporter)
        except BaseException as caught:  # noqa: BLE001  raised again by the task that waits
            error = caught
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, error)

    threads.start(run)
    try:
        return await settled
    except asyncio.CancelledError:
        reporter.is_over = True
        abort.abort()
        raise
