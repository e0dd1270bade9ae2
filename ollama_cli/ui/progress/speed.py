"""Bytes per second over the last few seconds; the caller passes the time."""

from collections import deque
from typing import Final

WINDOW_SECONDS: Final = 5.0
# Samples closer than this replace one another, so that the window holds few of them.
_SAMPLE_SECONDS: Final = 0.1
# A window shorter than this gives no speed.
_SHORTEST_SPAN: Final = 0.2
# A silence this short does not lower the speed: a line may be on its way.
_GRACE: Final = 1.5


class Speedometer:
    """Measure bytes per second in a moving window; a clock that steps back counts as stopped."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()
        self._moved = 0
        self._now = 0.0
        self._next = float("-inf")

    def add(self, moved: int, now: float) -> None:
        """Count bytes that arrived."""
        self._moved += moved
        if now > self._now or not self._samples:
            self._now = now
        samples = self._samples
        if self._now < self._next and len(samples) > 1:
            samples[-1] = (self._now, self._moved)
            return
        samples.append((self._now, self._moved))
        self._next = self._now + _SAMPLE_SECONDS
        self._drop_old()

    def at(self, now: float | None) -> float | None:
        """Return the speed, None if too little is known; a silence until `now` lowers it."""
        if not self._samples:
            return None
        if now is not None and now > self._now + _GRACE:
            self._now = now
            self._drop_old()
        began, moved = self._samples[0]
        span = self._now - began
        return (self._moved - moved) / span if span >= _SHORTEST_SPAN else None

    def _drop_old(self) -> None:
        # One sample older than the window stays: the window begins there.
        samples = self._samples
        while len(samples) > 1 and samples[1][0] <= self._now - WINDOW_SECONDS:
            samples.popleft()
