"""Whether a pull gets on: bytes gained over all layers, and the speed of the last minute."""

from collections import deque
from statistics import median
from typing import Final

from ollama_cli.types.pull_events import ChunkProgress

_NEAR_END: Final = 0.9
_SLOW_SHARE: Final = 0.1
_SLOW_SECONDS: Final = 60.0
_BIN_SECONDS: Final = 5.0
# Ten minutes, of which the last one is judged by the others.
_BINS: Final = 120
_JUDGED: Final = round(_SLOW_SECONDS / _BIN_SECONDS)
# So often in a row may counters fall below what was reached before and still count when they rise.
_FALLS: Final = 16
_LARGEST: Final = 2**63 - 1


class Gains:
    """Counts bytes over all layers and tells gains from noise.

    A rise is a gain. After a fall (the server threw bytes away) rises count from there, but only a
    bounded number of times until more is reached than ever: a counter that swings is no gain.
    """

    def __init__(self) -> None:
        self.completed = 0
        self.total = 0
        self._layers: dict[str, tuple[int, int]] = {}
        self._mark = self._best = self._falls = 0

    def add(self, event: ChunkProgress) -> int:
        """Take one line in; return the bytes that it gained."""
        digest, total, completed = event.digest, event.total, event.completed or 0
        before, known = self._layers.get(digest, (0, 0))
        if not total:
            total = known
        elif total > _LARGEST:
            total = _LARGEST
        if total and completed > total:
            completed = total
        if completed == before and total == known:
            return 0
        self._layers[digest] = completed, total
        self.total += total - known
        self.completed = now_there = self.completed + completed - before
        gained = now_there - self._mark
        if gained > 0:
            self._mark = now_there
            if now_there > self._best:
                self._best, self._falls = now_there, 0
        elif gained < 0:
            self._fall()
        return max(gained, 0)

    def _fall(self) -> None:
        if self._falls < _FALLS:
            self._falls += 1
            self._mark = self.completed

    def is_near_end(self) -> bool:
        """Tell whether little is left of the layers that are known."""
        return self.completed >= self.total * _NEAR_END > 0


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
