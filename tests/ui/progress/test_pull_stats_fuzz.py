"""No sequence of lines, manifests and restarts makes a percentage fall or pass 100."""

import json
import random
from dataclasses import asdict
from itertools import pairwise

import pytest
from rounds import rounds

from ollama_cli.types.pull_events import (
    ChunkProgress,
    Error,
    Expected,
    Layer,
    PullEvent,
    Restart,
    Status,
    Success,
)
from ollama_cli.ui.progress.stats import PullSnapshot, PullStats

VERIFYING = Status("verifying sha256 digest")
WRITING = Status("writing manifest")
DIGESTS = ["", "sha256:model", "sha256:" + "a" * 64, "b", "\x1b[2J", "d", "é"]
SIZES = [0, 1, 77, 10**6, 4 * 10**9, 2**63, 10**400, -5]


@pytest.mark.parametrize("seed", rounds(20, 60))
def test_any_sequence_of_events_keeps_the_promises(seed: int) -> None:
    rng = random.Random(seed)
    stats, now, succeeded = PullStats(), 0.0, False
    snapshots = [stats.update(first_event(rng), now)]
    for _ in range(400):
        event = random_event(rng)
        succeeded = succeeded or event == Success()
        now += rng.choice([0.0, 1e-6, 0.06, 1.0, 40.0, -3.0])
        snapshot = stats.update(event, now)
        snapshots.append(snapshot)
        check(snapshot, succeeded=succeeded)
        if event == Success():
            assert all(layer.done for layer in snapshot.layers)
    assert all(b.fraction >= a.fraction for a, b in pairwise(snapshots))


def first_event(rng: random.Random) -> PullEvent:
    """A manifest that is true, lies or is not there."""
    events: list[PullEvent] = [
        Status("pulling manifest"),
        Expected((Layer("b", 10**6), Layer("d", 77), Layer("b", 10**6))),
        Expected((Layer("b", 4), Layer("nothing", 10**12))),
        Expected(()),
    ]
    return rng.choice(events)


def random_event(rng: random.Random) -> PullEvent:
    if rng.random() < 0.9:
        sizes = [None, None, *SIZES, rng.randrange(10**10)]
        return ChunkProgress(rng.choice(DIGESTS), rng.choice(sizes), rng.choice(sizes))
    others: list[PullEvent] = [
        Restart(1, "cut"),
        Restart(2, "cut"),
        Expected(tuple(Layer(rng.choice(DIGESTS), rng.choice(SIZES)) for _ in range(4))),
        Status("pulling manifest"),
        VERIFYING,
        WRITING,
        Error("no"),
        Status(""),
    ]
    return Success() if rng.random() < 0.02 else rng.choice(others)


def check(snapshot: PullSnapshot, *, succeeded: bool) -> None:
    known = [layer.total for layer in snapshot.layers if layer.total is not None]
    assert snapshot.total == (sum(known) or None)
    assert snapshot.completed == sum(layer.completed for layer in snapshot.layers)
    assert all(0 <= layer.completed <= (layer.total or 2**63) for layer in snapshot.layers)
    assert len({layer.digest for layer in snapshot.layers}) == len(snapshot.layers)
    assert snapshot.fraction == 1.0 if succeeded else 0.0 <= snapshot.fraction <= 0.99
    speed, eta = snapshot.bytes_per_second, snapshot.eta_seconds
    assert speed is None or speed >= 0
    assert snapshot.lost >= 0
    assert eta is None or (speed and eta >= 0)
    told = json.dumps(asdict(snapshot))
    assert "NaN" not in told
    assert "Infinity" not in told
