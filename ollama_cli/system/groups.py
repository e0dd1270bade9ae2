"""Groups of processes that must not outlive us: those that still run are ended with us."""

import atexit
import os
import signal
from contextlib import suppress
from typing import Final

_RUNNING: Final[set[int]] = set()
IS_POSSIBLE: Final = hasattr(os, "killpg")
"""Whether the system has such groups; Windows has none."""


def add(group: int) -> None:
    """Have a group of processes ended with us, whatever ends us that can be caught."""
    if not _RUNNING:
        atexit.register(end_all)
    _RUNNING.add(group)


def remove(group: int) -> None:
    """Forget a group, which has ended."""
    _RUNNING.discard(group)


def tell(group: int, number: int) -> None:
    """Send a signal to what is left of a group, if anything is."""
    with suppress(ProcessLookupError, PermissionError):  # the second for zombies, on macOS
        os.killpg(group, number)


def end_all() -> None:
    """End all groups now, without mercy."""
    for group in tuple(_RUNNING):
        tell(group, signal.SIGKILL)
        remove(group)
