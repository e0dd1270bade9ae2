"""A thread that notices every signal, and sees to it that the main thread acts on it.

The main thread may miss one: it came just before a wait began; the wait is in C code that no signal
ends, as of a look-up or a database; or its handler found that it came too early. And what it does
at the end may wait for somebody: a full pipe, a disk that is gone.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from ollama_cli.system import groups
from ollama_cli.types import threads

PATIENCE: Final = 3.0
"""How many seconds the main thread may take to end the program; cleaning up takes milliseconds."""

_STEP: Final = 0.001
_NUDGE_SECONDS: Final = 0.05
_LOOKS: Final = (0.03, 0.3)  # seconds after which a wait that was about to begin has begun
_MOST: Final = 256


class Sentinel:
    """The watch over the main thread, which makes it; the signals of `ends` end the program.

    `ending` is the one that ends it now, if any: then it ends within `PATIENCE` in any case, after
    `last_act` and with our groups of processes. Where it `outlives_ctrl_c`, that may wait longer.
    """

    def __init__(self, ends: frozenset[int]) -> None:
        self.ending: int | None = None
        self.outlives_ctrl_c = False
        self.last_act: Callable[[], object] | None = None
        self._ends = ends
        self._main = threading.get_ident()
        self._acted: dict[int, float] = {}
        self._early: set[int] = set()
        self._nudges: Counter[int] = Counter()
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGURG, _look_up)
        threads.start(self._listen)

    def acted(self, number: int) -> None:
        """Note that a handler has acted on a signal."""
        self._acted[number] = time.monotonic()

    def call_again(self, number: int) -> None:
        """Have the handler of a signal called again in a moment."""
        self._acted.pop(number, None)
        self._early.add(number)
        os.write(self._writer, bytes([number]))

    def _listen(self) -> None:
        with os.fdopen(self._reader, "rb", buffering=0) as signals:
            while numbers := signals.read(_MOST):
                for number in numbers:
                    if self._nudges[number]:
                        self._nudges[number] -= 1
                    else:
                        self._see_to(number)

    def _see_to(self, number: int) -> None:
        """Nudge the main thread until it acts on a signal; end the process if it never does."""
        since = nudged = time.monotonic()
        if number in self._ends and not self._is_open(number, since):
            # It may be the one before that was acted on: whatever waits by then is told to look.
            for seconds in _LOOKS:
                threads.start_later(seconds, self._have_it_look)
        # Another than these may have acted long ago, and stopped the whole process until now.
        while number in self._early or (number in self._ends and self._is_open(number, since)):
            time.sleep(_STEP)
            now = time.monotonic()
            if now - since > PATIENCE and number in self._ends:
                if number == signal.SIGINT and self.outlives_ctrl_c and self.ending is None:
                    return  # others are seen to
                if self.last_act:
                    self.last_act()
                groups.end_all()
                os._exit(128 + (self.ending or number))
            if self.ending is None and (number in self._early or now - nudged > _NUDGE_SECONDS):
                self._early.discard(number)
                self._nudges[number] += 1
                nudged = now
                signal.pthread_kill(self._main, number)

    def _have_it_look(self) -> None:
        if self.ending is None:
            signal.pthread_kill(self._main, signal.SIGURG)

    def _is_open(self, number: int, since: float) -> bool:
        """Return whether the main thread has yet to act, or to come to an end.

        After a Ctrl-C it may go on. After others it may not, even if it was told so and lost it.
        """
        is_answered = number == signal.SIGINT and self.ending != number
        return not is_answered or self._acted.get(number, 0.0) < since - _NUDGE_SECONDS


def _look_up(_number: int, _frame: object) -> None:
    """Do nothing: a wait in C code was broken off, and Python has seen what came before."""


def start(ends: frozenset[int]) -> Sentinel | None:
    """Start the watch; None where the system has no such signals: Windows."""
    return Sentinel(ends) if hasattr(signal, "pthread_kill") else None
