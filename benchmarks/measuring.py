"""Races: programs run by turns, so that a machine that drifts drifts for all of them.

What is compared is one round with itself: a ratio is the median of the ratios of the rounds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from benchmarks.processes import Command, Sample

Run = Callable[[Command], Sample]
SIGNS: Final = {"<=": "≤", ">=": "≥", "=": "="}
_EXACT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number has to keep to."""

    sign: Literal["<=", ">=", "="]
    limit: float

    def holds(self, number: float) -> bool:
        """Tell whether a number keeps to it."""
        match self.sign:
            case "<=":
                return number <= self.limit
            case ">=":
                return number >= self.limit
            case "=":
                return abs(number - self.limit) < _EXACT


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the table: a measure of `ours` against that of `reference`, and its bound.

    It is a ratio, a difference, or the plain number where there is nothing to hold it against.
    """

    row: str
    what: str
    measure: str
    bound: Bound
    reference: str = ""
    ours: str = "ollama-cli"
    by: Literal["ratio", "difference", "number"] = "ratio"

    def numbers(self, samples: Mapping[str, Sequence[Sample]]) -> list[float]:
        """Work out the number of each round."""
        ours = [sample.get(self.measure) for sample in samples[self.ours]]
        if self.by == "number":
            return ours
        theirs = [sample.get(self.measure) for sample in samples[self.reference]]
        pairs = zip(ours, theirs, strict=True)
        if self.by == "ratio":
            return [mine / other for mine, other in pairs]
        return [mine - other for mine, other in pairs]


@dataclass(frozen=True, slots=True)
class Race:
    """Programs that are run by turns, and what is claimed of them; None is one that is missing.

    A race with a reason in `missing` is not run at all.
    """

    sides: Mapping[str, Command | None]
    claims: Sequence[Claim]
    rounds: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a claim came to; `number` is None where it was not measured, and `note` says why."""

    claim: Claim
    number: float | None = None
    ours: float | None = None
    reference: float | None = None
    ours_peak: int | None = None
    reference_peak: int | None = None
    rounds: int = 0
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Tell whether the bound holds; None where nothing was measured."""
        return None if self.number is None else self.claim.bound.holds(self.number)


def by_turns(
    sides: Mapping[str, Command], rounds: int, run: Run, warmups: int = 1
) -> dict[str, list[Sample]]:
    """Run each side once a round, in turn, every other round backwards."""
    for _ in range(warmups):
        for command in sides.values():
            run(command)
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in order:
            samples[name].append(run(sides[name]))
    return samples


def middle(samples: Sequence[Sample], measure: str) -> float:
    """Give the median of a measure."""
    return median(sample.get(measure) for sample in samples)


def measure(race: Race, run: Run) -> list[Outcome]:
    """Run a race and work out what each claim came to."""
    if race.missing:
        return [Outcome(claim, note=race.missing) for claim in race.claims]
    present = {name: command for name, command in race.sides.items() if command is not None}
    absent = {claim: _absent(claim, present) for claim in race.claims}
    named = {
        side for claim in race.claims for side in (claim.ours, claim.reference) if not absent[claim]
    }
    taking_part = {name: command for name, command in present.items() if name in named}
    samples = by_turns(taking_part, race.rounds, run)
    return [
        Outcome(claim, note=f"{absent[claim]} is not installed")
        if absent[claim]
        else _outcome(claim, samples)
        for claim in race.claims
    ]


def _absent(claim: Claim, present: Mapping[str, object]) -> str:
    """Name a side that a claim needs and that is not there."""
    return next(
        (side for side in (claim.ours, claim.reference) if side and side not in present), ""
    )


def _outcome(claim: Claim, samples: Mapping[str, Sequence[Sample]]) -> Outcome:
    ours, reference = samples[claim.ours], samples.get(claim.reference)
    return Outcome(
        claim,
        number=median(claim.numbers(samples)),
        ours=middle(ours, claim.measure),
        reference=middle(reference, claim.measure) if reference else None,
        ours_peak=int(middle(ours, "peak")),
        reference_peak=int(middle(reference, "peak")) if reference else None,
        rounds=len(ours),
    )
