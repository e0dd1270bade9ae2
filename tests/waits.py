"""Waiting for what is expected: never for a clock."""

import time
from collections.abc import Callable

PATIENCE = 30.0


def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)
