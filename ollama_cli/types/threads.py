"""The one way to start a thread: one that takes no signal, so that each reaches the main thread.

A system may hand a signal to any thread that lets it through. Python then marks it as received, but
the main thread, whose work it is to act on it, goes on waiting for a server.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_BLOCKED: Final = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGCONT")
    if hasattr(signal, name)
]


def start(work: Callable[[], object]) -> threading.Thread:
    """Start a thread that does the work and ends with the process, at the latest."""
    thread = threading.Thread(target=work, daemon=True)
    with signals_blocked():
        thread.start()
    return thread


def start_later(seconds: float, work: Callable[[], object]) -> threading.Timer:
    """Start the work in so many seconds, unless the timer is cancelled before."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    with signals_blocked():
        timer.start()
    return timer


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Let no signal through to this thread; a thread that is started meanwhile stays so for ever.

    Blocked here, and not in the new thread, a signal cannot come before it is.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows, where the main thread gets all of them
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _BLOCKED)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def signals_let_through() -> Iterator[None]:
    """Let signals through to a thread of ours, for a program that is started here and inherits it.

    One that is started in the main thread inherits what the user gave to us.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if is_main or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, _BLOCKED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
