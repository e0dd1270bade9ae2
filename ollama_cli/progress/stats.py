"""How far a pull has come: pure arithmetic over its events, with the clock handed in."""

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from ollama_cli.events import ChunkProgress, PullEvent, Status, Success

# The most shown before the server says success: a full bar must mean a usable model.
ALMOST_DONE: Final = 0.99
WINDOW_SECONDS: Final = 5.0
# Samples closer than this replace one another, so that the window holds few of them.
_SAMPLE_SECONDS: Final = 0.1
# Two samples nearer than this say nothing about a speed.
_SHORTEST_SPAN: Final = 0.2
# The server counts in signed 64 bits; JSON does not, and larger numbers are no sizes.
_LARGEST: Final = 2**63 - 1
# After these words no layer is downloaded any more, whatever its last line said.
_AFTER_LAYERS: Final = ("verifying", "writing", "removing", "success")


class LayerSnapshot(NamedTuple):
    """One layer in bytes: `total` is None where unknown, `done` also when it merely stopped."""

    digest: str
    completed: int
    total: int | None
    done: bool


class PullSnapshot(NamedTuple):
    """All layers seen so far, in bytes and seconds; None where unknown.

    `fraction` lies in 0..1, never falls, and is 1.0 only after success; `completed` may fall.
    """

    completed: int
    total: int | None
    fraction: float
    bytes_per_second: float | None
    eta_seconds: float | None
    layers: tuple[LayerSnapshot, ...]


@dataclass(slots=True)
class _Layer:
    index: int
    digest: str
    total: int | None = None
    reported: int = 0
    # What the next line is compared with; None makes the next line a baseline.
    baseline: int | None = None
    settled: bool = False

    def snapshot(self) -> LayerSnapshot:
        if self.total is None:
            return LayerSnapshot(self.digest, self.reported, None, self.settled)
        completed = self.total if self.settled else min(self.reported, self.total)
        return LayerSnapshot(self.digest, completed, self.total, completed == self.total)


class PullStats:
    """Turn the events of one pull into snapshots.

    `fetched` tells whether anything was downloaded: a layer that is there already has one line, a
    complete one.
    """

    def __init__(self) -> None:
        self._layers: dict[str, _Layer] = {}
        self._open: dict[str, _Layer] = {}
        self._snapshots: list[LayerSnapshot] = []
        self._completed = 0
        self._measured = 0
        self._total = 0
        self._fraction = 0.0
        self._succeeded = False
        self._in_parallel = False
        self.fetched = False
        self._speed = _Speedometer()

    def update(self, event: PullEvent, now: float) -> PullSnapshot:
        """Take one event in; `now` is in seconds on any steady clock."""
        moved = 0
        match event:
            case ChunkProgress():
                moved = self._advance(event)
            case Status(text) if text.startswith(_AFTER_LAYERS):
                self._settle_open()
            case Success():
                self._settle_open()
                self._succeeded = True
        # The clock of the speed starts with the first layer, not with the manifest.
        if self._layers:
            self._speed.add(moved, now)
        return self._snapshot()

    def layer(self, digest: str) -> LayerSnapshot | None:
        """Look one layer up; None if it has not appeared."""
        layer = self._layers.get(digest)
        return self._snapshots[layer.index] if layer else None

    def _advance(self, event: ChunkProgress) -> int:
        """Move one layer; return the bytes that were seen to arrive."""
        known = self._layers.get(event.digest)
        layer = known or self._add(event.digest)
        if known is None and not self._in_parallel:
            self._settle_open(apart_from=layer)
        if event.total is not None and event.total > 0:
            layer.total = _clamp(event.total)
        # The server leaves out a zero, so a missing number is the truth: nothing is there.
        completed = _clamp(event.completed or 0)
        moved = 0
        if layer.baseline is not None and not layer.settled:
            moved = max(0, completed - layer.baseline)
        # A number that vanished may come back in one leap, which would be no speed.
        vanished = event.completed is None and layer.reported > 0
        layer.baseline = None if vanished else completed
        self.fetched = self.fetched or known is not None or completed < (layer.total or 0)
        layer.reported = completed
        if layer.settled and (layer.total is None or completed < layer.total):
            self._reopen()
        self._refresh(layer)
        return moved

    def _add(self, digest: str) -> _Layer:
        layer = _Layer(len(self._snapshots), digest)
        self._snapshots.append(layer.snapshot())
        self._layers[digest] = self._open[digest] = layer
        return layer

    def _settle_open(self, apart_from: _Layer | None = None) -> None:
        """Count layers as done that stopped short: the server owes no line at 100 %."""
        for layer in self._open.values():
            if layer is not apart_from:
                layer.settled = True
                self._refresh(layer)
        self._open = {apart_from.digest: apart_from} if apart_from else {}

    def _reopen(self) -> None:
        """Take back what was settled too early: this server loads its layers side by side."""
        self._in_parallel = True
        for layer in self._layers.values():
            layer.settled = False
            self._open[layer.digest] = layer
            self._refresh(layer)

    def _refresh(self, layer: _Layer) -> None:
        old, new = self._snapshots[layer.index], layer.snapshot()
        self._completed += new.completed - old.completed
        self._total += (new.total or 0) - (old.total or 0)
        self._measured += _measured(new) - _measured(old)
        self._snapshots[layer.index] = new

    def _snapshot(self) -> PullSnapshot:
        if self._succeeded:
            self._fraction = 1.0
        elif self._total:
            self._fraction = max(self._fraction, min(self._measured / self._total, ALMOST_DONE))
        speed = self._speed.bytes_per_second
        left = self._total - self._measured
        return PullSnapshot(
            completed=self._completed,
            total=self._total or None,
            fraction=self._fraction,
            bytes_per_second=speed,
            eta_seconds=left / speed if speed and self._total else None,
            layers=tuple(self._snapshots),
        )


class _Speedometer:
    """Bytes per second over the last few seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()
        self._moved = 0
        self._now = 0.0

    def add(self, moved: int, now: float) -> None:
        self._moved += moved
        # A clock that steps back stands still instead.
        self._now = max(now, self._now) if self._samples else now
        samples = self._samples
        if len(samples) > 1 and self._now - samples[-2][0] < _SAMPLE_SECONDS:
            samples.pop()
        samples.append((self._now, self._moved))
        # One sample older than the window stays: the window begins there.
        while len(samples) > 1 and samples[1][0] <= self._now - WINDOW_SECONDS:
            samples.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        if not self._samples:
            return None
        began, moved = self._samples[0]
        span = self._now - began
        return (self._moved - moved) / span if span >= _SHORTEST_SPAN else None


def _clamp(n: int) -> int:
    return max(0, min(n, _LARGEST))


def _measured(layer: LayerSnapshot) -> int:
    return 0 if layer.total is None else layer.completed
