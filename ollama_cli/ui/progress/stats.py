"""How far a pull has come, computed from its events; the caller passes the time."""

import dataclasses
import threading
from typing import Final, NamedTuple

from ollama_cli.types.pull_events import (
    ChunkProgress,
    Expected,
    PullEvent,
    Restart,
    Status,
    Success,
)
from ollama_cli.types.values import dataclass
from ollama_cli.ui.progress.speed import Speedometer

# The most shown before the server says success: a full bar must mean a usable model.
ALMOST_DONE: Final = 0.99
# The server counts in signed 64 bits: a larger number in its JSON is no size.
_LARGEST: Final = 2**63 - 1


class LayerSnapshot(NamedTuple):
    """One layer in bytes: `total` is None if unknown, `done` also if its lines only ended."""

    digest: str
    completed: int
    total: int | None
    done: bool


@dataclass(frozen=True)
class PullSnapshot:
    """All layers known so far, in bytes and seconds; None if unknown.

    `fraction` lies in 0..1, never falls, and is 1.0 only after success; `completed` is exact and
    may fall. `lost` bytes were thrown away by the server between two tries. `total` is that of the
    model if `total_known`, else it grows as layers appear.
    """

    completed: int
    total: int | None
    fraction: float
    bytes_per_second: float | None
    eta_seconds: float | None
    layers: tuple[LayerSnapshot, ...]
    lost: int = 0
    total_known: bool = False


@dataclasses.dataclass(slots=True)
class _Layer:
    digest: str
    total: int | None = None
    reported: int = 0
    # The part of this layer in the sums over all layers; None before its first line.
    counted: int | None = None
    counted_size: int = 0
    # The most that was reported; a later try is compared with it.
    highest: int = 0
    # The next line is compared with it; None makes the next line the baseline.
    baseline: int | None = None
    settled: bool = False
    # The try of its last line, -1 while only the manifest names the layer.
    attempt: int = -1
    shown: int = 0

    def count(self) -> int:
        """Return the bytes that count as present."""
        if self.total is None:
            return self.reported
        return self.total if self.settled else min(self.reported, self.total)

    def snapshot(self) -> LayerSnapshot:
        done = self.settled if self.total is None else self.shown == self.total
        return LayerSnapshot(self.digest, self.shown, self.total, done)


class PullStats:
    """Add up what the events of one pull report.

    One thread may add events while others read. All numbers are bytes:

    - `completed`, `fraction` and `lost` are those of a snapshot taken now.
    - `reported` of `reported_total` is what the lines say, without assumptions: the manifest's
      sizes are left out, and so are layers that are done because a later one has begun.
    - `fetched_bytes` is the growth from line to line, over all tries, without bytes that were
      there before.
    - `fetched` says whether anything was downloaded: a layer that is there already has one line,
      a complete one. `restarts` counts further tries, `is_empty` means no event came yet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_empty = True
        self.restarts = 0
        self.reported = self.reported_total = self.fetched_bytes = 0
        self._layers: dict[str, _Layer] = {}
        self._open: dict[str, _Layer] = {}
        self.completed = 0
        self._unmeasured = 0
        self._total = 0
        self.fraction = 0.0
        self._is_expected = self._is_past_layers = self._ends_early = False
        self._in_parallel = False
        self._has_begun = False
        self.fetched = False
        self.lost = 0
        self._speed = Speedometer()

    def update(self, event: PullEvent, now: float) -> PullSnapshot:
        """Add one event and return the new snapshot; `now` is in seconds on any steady clock."""
        self.add(event, now)
        return self.snapshot()

    def add(self, event: PullEvent, now: float) -> None:
        """Add one event; `now` is in seconds on any steady clock."""
        with self._lock:
            self.is_empty = False
            self._add(event, now)

    def _add(self, event: PullEvent, now: float) -> None:
        moved = 0
        match event:
            case ChunkProgress():
                moved = self._advance(event)
            case Status():
                if self._ends_early or not event.phase.is_after_layers:
                    return
                self._finish_layers()
            case Expected():
                self._use_manifest(event)
            case Restart():
                self._restart()
                return
            case Success():
                self._finish_layers()
                self.fraction = 1.0
        # The speed is measured from the first layer on, not from the manifest.
        if self._has_begun:
            self._speed.add(moved, now)

    def layer(self, digest: str) -> LayerSnapshot | None:
        """Return one layer; None if it has not appeared."""
        with self._lock:
            layer = self._layers.get(digest)
            return layer.snapshot() if layer else None

    def snapshot(self, now: float | None = None, *, with_layers: bool = True) -> PullSnapshot:
        """Return how far the pull has come; a silence until `now` lowers the speed."""
        with self._lock:
            return self._snapshot(now, with_layers=with_layers)

    def _snapshot(self, now: float | None, *, with_layers: bool) -> PullSnapshot:
        speed = self._speed.at(now)
        left = self._total - self.completed + self._unmeasured
        layers = self._layers.values() if with_layers else ()
        return PullSnapshot(
            completed=self.completed,
            total=self._total or None,
            fraction=self.fraction,
            bytes_per_second=speed,
            eta_seconds=left / speed if speed and self._total else None,
            layers=tuple([layer.snapshot() for layer in layers]),
            lost=self.lost,
            total_known=bool(self._total) and (self._is_expected or self._is_past_layers),
        )

    def _advance(self, event: ChunkProgress) -> int:
        """Update one layer; return the bytes that arrived since its last line."""
        total = min(event.total, _LARGEST) if event.total is not None and event.total > 0 else None
        layer = self._find_layer(event.digest, total)
        # The server leaves out a zero, so a missing number means 0 bytes.
        completed = min(max(event.completed or 0, 0), _LARGEST)
        is_first = layer.attempt != self.restarts
        if is_first:
            self._open_layer(layer, completed, total)
        self.fetched = self.fetched or not is_first or completed < (total or layer.total or 0)
        moved = 0
        if layer.baseline is not None and not layer.settled and completed > layer.baseline:
            moved = completed - layer.baseline
        # A missing number may come back in one leap, which is no speed.
        layer.baseline = None if event.completed is None and layer.reported > 0 else completed
        layer.reported = completed
        layer.highest = max(layer.highest, completed)
        if total is not None and total != layer.total:
            self._total += total - (layer.total or 0)
            self._unmeasured -= layer.shown if layer.total is None else 0
            layer.total = total
        self._update_sums(layer)
        if layer.settled and (layer.total is None or completed < layer.total):
            self._reopen_layers()
        self._update_shown(layer)
        self._raise_fraction()
        return moved

    def _update_sums(self, layer: _Layer) -> None:
        """Update the sums with the numbers of a layer, which may be less than before."""
        size = layer.total or 0
        reported = min(layer.reported, size) if size else layer.reported
        if layer.counted is not None:
            self.fetched_bytes += max(0, reported - layer.counted)
        self.reported += reported - (layer.counted or 0)
        self.reported_total += size - layer.counted_size
        layer.counted, layer.counted_size = reported, size

    def _find_layer(self, digest: str, total: int | None) -> _Layer:
        layer = self._layers.get(digest)
        if self._is_expected and (layer is None or (total is not None and total != layer.total)):
            self._drop_manifest()
            layer = self._layers.get(digest)
        return layer or self._layers.setdefault(digest, _Layer(digest))

    def _open_layer(self, layer: _Layer, completed: int, total: int | None) -> None:
        """Begin a layer in this try; earlier ones are done, even without a line at 100 %."""
        had = layer.total if layer.settled and layer.total is not None else layer.highest
        if layer.attempt >= 0 and total in {None, layer.total}:
            self.lost += max(0, had - completed)
        self._has_begun = True
        layer.attempt, layer.settled, layer.highest = self.restarts, False, completed
        if not self._in_parallel:
            self._settle_open()
        self._open[layer.digest] = layer

    def _settle_open(self) -> None:
        for layer in self._open.values():
            layer.settled = True
            self._update_shown(layer)
        self._open = {}

    def _finish_layers(self) -> None:
        """Count every layer as done, even without a line: small ones have none."""
        self._is_past_layers = True
        self._open = {d: layer for d, layer in self._layers.items() if not layer.settled}
        self._settle_open()
        self._raise_fraction()

    def _reopen_layers(self) -> None:
        """Undo what was settled too early: this server loads its layers in parallel."""
        self._in_parallel = True
        # That status was no end: this try ignores it from now on, as each one costs a loop.
        self._ends_early, self._is_past_layers = self._is_past_layers, False
        for layer in self._layers.values():
            layer.settled = False
            self._open[layer.digest] = layer
            self._update_shown(layer)

    def _restart(self) -> None:
        """Begin a further try; a layer keeps its numbers until a line of this try names it."""
        self.restarts += 1
        self._speed = Speedometer()
        self._is_past_layers = self._ends_early = False
        self._open = {}
        for layer in self._layers.values():
            layer.baseline = None

    def _use_manifest(self, event: Expected) -> None:
        """Use the sizes of a manifest, if the layers seen so far agree with it."""
        sizes = {layer.digest: min(max(layer.size, 0), _LARGEST) for layer in event.layers}
        if any(layer.total != sizes.get(digest) for digest, layer in self._layers.items()):
            return
        self._is_expected = bool(sizes)
        for digest, size in sizes.items():
            if digest not in self._layers:
                self._layers[digest] = _Layer(digest, size)
                self._total += size

    def _drop_manifest(self) -> None:
        """Forget the layers of the manifest that no line has confirmed."""
        self._is_expected = False
        for layer in [each for each in self._layers.values() if each.attempt < 0]:
            del self._layers[layer.digest]
            self._total -= layer.total or 0
            self.completed -= layer.shown

    def _update_shown(self, layer: _Layer) -> None:
        count = layer.count()
        self.completed += count - layer.shown
        if layer.total is None:
            self._unmeasured += count - layer.shown
        layer.shown = count

    def _raise_fraction(self) -> None:
        """Raise the fraction if the completed bytes allow it.

        While the total grows, complete layers say nothing about later ones.
        """
        is_whole = self._is_expected or self._is_past_layers
        measured = self.completed - self._unmeasured
        if self._total and (is_whole or measured < self._total):
            self.fraction = max(self.fraction, min(measured / self._total, ALMOST_DONE))
