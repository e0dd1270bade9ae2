"""Whether a pull makes progress: what counts as a gain, and the speed of the last minute."""

from collections import deque
from statistics import median
from typing import Final

_NEAR_END: Final = 0.9
_SLOW_SHARE: Final = 0.1
_SLOW_SECONDS: Final = 60.0
_BIN_SECONDS: Final = 5.0
# Ten minutes; the last one is compared with the others.
_BINS: Final = 120
_RECENT_BINS: Final = round(_SLOW_SECONDS / _BIN_SECONDS)
# How many falls in a row may lower the mark above which a rise counts.
_MOST_FALLS: Final = 16


class Gains:
    """The real gains in the bytes that a server reports for all layers together.

    A rise is a gain. After a fall (the server threw bytes away) rises count from there, but only a
    limited number of times until a new maximum: a counter that goes up and down is no gain.
    """

    def __init__(self) -> None:
        self._mark = self._best = self._falls = 0

    def add(self, reported: int) -> int:
        """Add the newest sum; return the bytes that were gained."""
        gained = reported - self._mark
        if gained > 0:
            self._mark = reported
            if reported > self._best:
                self._best, self._falls = reported, 0
        elif gained < 0 and self._falls < _MOST_FALLS:
            self._falls += 1
            self._mark = reported
        return max(gained, 0)


def is_near_end(reported: int, total: int) -> bool:
    """Return whether at least nine tenths of the reported layers are there."""
    return reported >= total * _NEAR_END > 0


class Pace:
    """The bytes of the last ten minutes, in bins of five seconds; the caller gives the time."""

    def __init__(self, now: float) -> None:
        self._bins: deque[int] = deque(maxlen=_BINS)
        self._gained = 0
        self._end = now + _BIN_SECONDS

    def add(self, gained: int, now: float) -> None:
        """Add bytes to the bin of `now`."""
        if now >= self._end:
            past = int((now - self._end) / _BIN_SECONDS)
            self._bins.append(self._gained)
            self._bins.extend([0] * min(past, _BINS))
            self._gained = 0
            self._end += (past + 1) * _BIN_SECONDS
        self._gained += gained

    def is_slow(self) -> bool:
        """Return whether the last minute had less than a tenth of the median rate before it."""
        before = list(self._bins)[:-_RECENT_BINS]
        if len(before) < _RECENT_BINS:
            return False
        recent = sum(list(self._bins)[-_RECENT_BINS:])
        return recent < _SLOW_SHARE * median(before) * _RECENT_BINS
