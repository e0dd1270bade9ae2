"""Whether a pull gets on: what counts as a gain, and the speed of the last minute."""

from collections import deque
from statistics import median
from typing import Final

_NEAR_END: Final = 0.9
_SLOW_SHARE: Final = 0.1
_SLOW_SECONDS: Final = 60.0
_BIN_SECONDS: Final = 5.0
# Ten minutes, of which the last one is judged by the others.
_BINS: Final = 120
_JUDGED: Final = round(_SLOW_SECONDS / _BIN_SECONDS)
# So often in a row may counters fall below what was reached before and still count when they rise.
_FALLS: Final = 16


class Gains:
    """Tells gains from noise in the bytes that a server reports of all layers together.

    A rise is a gain. After a fall (the server threw bytes away) rises count from there, but only a
    bounded number of times until more is reached than ever: a counter that swings is no gain.
    """

    def __init__(self) -> None:
        self._mark = self._best = self._falls = 0

    def add(self, reported: int) -> int:
        """Take the newest sum in; return the bytes that were gained."""
        gained = reported - self._mark
        if gained > 0:
            self._mark = reported
            if reported > self._best:
                self._best, self._falls = reported, 0
        elif gained < 0 and self._falls < _FALLS:
            self._falls += 1
            self._mark = reported
        return max(gained, 0)


def is_near_end(reported: int, total: int) -> bool:
    """Tell whether little is left of the layers that the server has spoken of."""
    return reported >= total * _NEAR_END > 0


class Pace:
    """The bytes of the last ten minutes, in bins of five seconds; time is handed in."""

    def __init__(self, now: float) -> None:
        self._bins: deque[int] = deque(maxlen=_BINS)
        self._gained = 0
        self._end = now + _BIN_SECONDS

    def add(self, gained: int, now: float) -> None:
        """Count bytes into the bin of this moment."""
        if now >= self._end:
            past = int((now - self._end) / _BIN_SECONDS)
            self._bins.append(self._gained)
            self._bins.extend([0] * min(past, _BINS))
            self._gained = 0
            self._end += (past + 1) * _BIN_SECONDS
        self._gained += gained

    def is_slow(self) -> bool:
        """Tell whether the last minute had less than a tenth of the median rate before it."""
        before = list(self._bins)[:-_JUDGED]
        if len(before) < _JUDGED:
            return False
        recent = sum(list(self._bins)[-_JUDGED:])
        return recent < _SLOW_SHARE * median(before) * _JUDGED
