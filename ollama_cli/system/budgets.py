"""A budget of time for work that may never end, as some patterns are matched."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Never

_HAS_TIMERS: Final = hasattr(signal, "setitimer")


class OutOfTimeError(Exception):
    """The work took longer than it may."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError within the block once it took so many seconds of the processor.

    It is counted on POSIX and in the main thread; elsewhere the block takes what it takes.
    """
    if not _HAS_TIMERS:
        yield
        return
    try:
        before = signal.signal(signal.SIGVTALRM, _stop)
    except ValueError:  # not in the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_: int, __: FrameType | None) -> Never:
    raise OutOfTimeError
