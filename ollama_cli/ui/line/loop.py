"""The loop in which a line waits for keys: signals come while it waits, and at no other time.

What a signal raises leaves the loop between two of its steps, so that nothing in it is half done,
and it can be entered again. The program's own handlers stay in place, and the descriptor that
tells the sentinel of them: asyncio would take both.
"""

import asyncio
import selectors
import signal
from collections.abc import Callable
from selectors import SelectorKey
from typing import Any

from ollama_cli.system import signals


class KeyLoop(asyncio.SelectorEventLoop):
    """A loop that may be entered again after a signal has left it."""

    def __init__(self) -> None:
        super().__init__(_Selector())
        self._handlers_before: dict[int, Any] = {}

    def add_signal_handler(self, sig: int, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]  # typeshed binds args to it
        """Have a callback called in the loop, soon after a signal."""
        before = signal.signal(sig, lambda *_: self._tell(callback, *args))
        self._handlers_before.setdefault(sig, before)

    def remove_signal_handler(self, sig: int) -> bool:
        """Put the handler back that was there before."""
        before = self._handlers_before.pop(sig, None)
        if before is not None:
            signal.signal(sig, before)
        return before is not None

    def _tell(self, callback: Callable[..., object], *args: Any) -> None:
        if not self.is_closed():
            self.call_soon_threadsafe(callback, *args)


class _Selector(selectors.SelectSelector):  # of all kinds the one that takes terminals everywhere
    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        return signals.let_in(lambda: super(_Selector, self).select(timeout))
