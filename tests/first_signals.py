"""Signals in this process as in one that a shell has just started; and as they were, after it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ollama_cli.system import sentinel, signals

NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
CHANGED = [*NUMBERS, signal.SIGURG]


@contextmanager
def as_a_shell_starts_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin as a program begins, in which nobody is ended for being slow."""
    before = {number: signal.getsignal(number) for number in CHANGED}
    for number in NUMBERS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(signals, "_STATE", signals._State())
    monkeypatch.setattr(sentinel, "PATIENCE", 1e6)
    yield
    if watch := signals._STATE.sentinel:
        # As if it were ending: else the watch might tell the main thread once more.
        watch.ending, watch._ends = watch.ending or signal.SIGINT, frozenset()
        os.close(signal.set_wakeup_fd(-1))
    for number, handler in before.items():
        signal.signal(number, handler)
