"""The arithmetic of races: turns, medians, bounds, and what is missing."""

from collections.abc import Sequence

import pytest

from benchmarks.measuring import Bound, Claim, Outcome, Race, by_turns, measure
from benchmarks.processes import Command, Sample

OURS, THEIRS = Command(["ours"]), Command(["theirs"])
AT_MOST_ONE = Bound("<=", 1)


class Runs:
    """Programs whose costs are known beforehand, and the order in which they were run."""

    def __init__(self, **walls: Sequence[float]) -> None:
        self._walls = {name: list(values) for name, values in walls.items()}
        self.order: list[str] = []

    def run(self, command: Command) -> Sample:
        name = command.argv[0]
        self.order.append(name)
        wall = self._walls[name].pop(0)
        told = {"rate": 1 / wall}
        return Sample(wall, cpu=0, peak=int(wall) << 20, first=0, bytes=0, told=told)


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def test_sides_are_run_by_turns_and_every_other_round_backwards() -> None:
    runs = Runs(ours=[1] * 5, theirs=[1] * 5)
    by_turns({"a": OURS, "b": THEIRS}, 3, runs.run, warmups=2)
    warm = ["ours", "theirs"] * 2
    assert runs.order == [*warm, "ours", "theirs", "theirs", "ours", "ours", "theirs"]


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds() -> None:
    runs = Runs(ours=[99, 1, 8, 3], theirs=[99, 2, 4, 4])
    claim = Claim("X1", "x", "wall", AT_MOST_ONE, "theirs")
    outcome = only(measure(Race({"ollama-cli": OURS, "theirs": THEIRS}, [claim], 3), runs.run))
    assert outcome.number == 0.75  # of 0.5, 2 and 0.75
    assert (outcome.ours, outcome.reference, outcome.rounds) == (3, 4, 3)
    assert (outcome.ours_peak, outcome.reference_peak) == (3 << 20, 4 << 20)
    assert outcome.holds is True


def test_a_machine_that_drifts_changes_no_ratio() -> None:
    runs = Runs(ours=[1, 1, 10, 100], theirs=[2, 2, 20, 200])
    claim = Claim("X1", "x", "wall", AT_MOST_ONE, "theirs")
    outcome = only(measure(Race({"ollama-cli": OURS, "theirs": THEIRS}, [claim], 3), runs.run))
    assert outcome.number == 0.5


def test_a_difference_and_a_plain_number() -> None:
    claims = [
        Claim("X1", "x", "mib", Bound("<=", 2), "theirs", by="difference"),
        Claim("X2", "x", "rate", Bound("=", 0.2), by="number"),
    ]
    runs = Runs(ours=[1, 5], theirs=[1, 2])
    found = measure(Race({"ollama-cli": OURS, "theirs": THEIRS}, claims, 1), runs.run)
    assert [outcome.number for outcome in found] == [3, 0.2]
    assert [outcome.holds for outcome in found] == [False, True]
    assert [outcome.reference for outcome in found] == [2, None]


@pytest.mark.parametrize(
    ("bound", "number", "holds"),
    [
        (Bound("<=", 1.15), 1.15, True),
        (Bound("<=", 1.15), 1.16, False),
        (Bound(">=", 0.85), 0.85, True),
        (Bound(">=", 0.85), 0.84, False),
        (Bound("=", 32), 32.0, True),
        (Bound("=", 32), 33.0, False),
    ],
)
def test_a_bound_holds_or_is_missed(bound: Bound, number: float, holds: bool) -> None:
    assert bound.holds(number) is holds


def test_a_program_that_is_not_installed_is_told_and_misses_nothing() -> None:
    claims = [Claim("X1", "x", "wall", AT_MOST_ONE, side) for side in ("theirs", "peer")]
    runs = Runs(ours=[1, 1], theirs=[1, 1])
    sides = {"ollama-cli": OURS, "theirs": THEIRS, "peer": None}
    there, absent = measure(Race(sides, claims, 1), runs.run)
    assert there.holds is True
    assert (absent.holds, absent.note) == (None, "peer is not installed")


def test_a_side_that_no_claim_needs_is_not_run() -> None:
    claim = Claim("X1", "x", "wall", AT_MOST_ONE, "peer")
    runs = Runs()
    sides = {"ollama-cli": OURS, "theirs": THEIRS, "peer": None}
    assert only(measure(Race(sides, [claim], 1), runs.run)).note == "peer is not installed"
    assert runs.order == []


def test_a_race_for_a_later_version_is_not_run() -> None:
    claim = Claim("X1", "x", "wall", AT_MOST_ONE, "theirs")
    race = Race({"ollama-cli": OURS, "theirs": THEIRS}, [claim], 1, missing="not in this version")
    outcome = only(measure(race, Runs().run))
    assert (outcome.holds, outcome.note) == (None, "not in this version")
