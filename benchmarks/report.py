"""What a run came to, as text and as JSON."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from benchmarks.figures import figure, memory, seconds
from benchmarks.growth import Step
from benchmarks.machine import Machine
from benchmarks.measuring import SIGNS, Claim, Outcome
from benchmarks.peers import OURS, Cost

SCHEMA: Final = "ollama-cli/benchmarks/1"
Cells = Sequence[str]
HEADS: Final = ("row", "what", "ours", "reference", "result", "bound", "", "peaks")
COST_HEADS: Final = ("task", "program", "wall", "to first byte", "CPU", "peak")


@dataclass(frozen=True, slots=True)
class Report:
    """One run; what was not asked for is empty. `floor` is the least peak that can be seen."""

    date: dt.date
    machine: Machine
    versions: dict[str, str]
    missing: list[str]
    floor: int
    outcomes: list[Outcome]
    costs: list[Cost]
    steps: list[Step]

    @property
    def holds(self) -> bool:
        """Tell whether no bound is missed; what was not measured misses none."""
        return all(outcome.holds is not False for outcome in self.outcomes)


def verdict(outcome: Outcome) -> str:
    """Tell in a word how a claim ended."""
    return {True: "ok", False: "MISSED", None: outcome.note}[outcome.holds]


def limit(claim: Claim) -> str:
    """Write a bound, with its unit unless it bounds a ratio."""
    return f"{SIGNS[claim.bound.sign]} {written(claim, claim.bound.limit)}"


def written(claim: Claim, value: float) -> str:
    """Write what a claim is about: a ratio, or a number with its unit."""
    return f"{value:.2f}" if claim.by == "ratio" else figure(claim.measure, value)


def row(outcome: Outcome) -> Cells:
    """Write the cells of one claim."""
    claim = outcome.claim
    judged = (limit(claim), verdict(outcome))
    if outcome.number is None or outcome.ours is None or outcome.ours_peak is None:
        return (claim.row, claim.what, "", "", "", *judged, "")
    result, reference = written(claim, outcome.number), ""
    peaks = memory(outcome.ours_peak)
    if outcome.reference is not None and outcome.reference_peak is not None:
        reference = figure(claim.measure, outcome.reference)
        peaks += f" / {memory(outcome.reference_peak)}"
    ours = figure(claim.measure, outcome.ours)
    return (claim.row, claim.what, ours, reference, result, *judged, peaks)


def cost_row(cost: Cost) -> Cells:
    """Write the cells of one task with one program."""
    first = seconds(cost.first) if cost.first else "none"
    wall, cpu = seconds(cost.wall), seconds(cost.cpu)
    return (cost.task, cost.program, wall, first, cpu, memory(cost.peak))


def growth_rows(steps: Sequence[Step]) -> list[Cells]:
    """Write a row for each size of the work: both programs, and what one item costs us."""
    rows: list[Cells] = []
    for step in steps:
        if step.program == OURS:
            (other,) = (
                each
                for each in steps
                if (each.series, each.size) == (step.series, step.size) and each.program != OURS
            )
            times = (seconds(step.wall), seconds(other.wall), seconds(step.wall / step.size))
            peaks = (memory(step.peak), memory(other.peak))
            rows.append((f"{step.size:,} {step.series}", *times, *peaks))
    return rows


GROWTH_HEADS: Final = ("work", "ours", "bare requests", "ours, each", "our peak", "its peak")


def conditions(report: Report) -> list[str]:
    """Tell what the run was made on and with."""
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    fast = f"orjson {machine.orjson}" if machine.orjson else "without orjson"
    ours = f"ollama-cli {machine.ollama_cli}, {fast}, {machine.python}, {machine.system}"
    lines = [
        f"{report.date}: {ours}, {machine.cores} x {machine.cpu}",
        f"peers: {versions or 'none'}",
    ]
    if report.missing:
        lines.append(f"not installed: {', '.join(report.missing)}")
    if machine.script_imports_re:
        lines.append("the installed script imports re, which newer installers do not write")
    lines.append(f"peaks below {memory(report.floor)} cannot be seen")
    return lines


def as_text(report: Report) -> str:
    """Write tables in columns."""
    parts = ["\n".join(conditions(report))]
    if report.outcomes:
        parts.append(_columns([HEADS, *map(row, report.outcomes)]))
    if report.costs:
        parts.append(_columns([COST_HEADS, *map(cost_row, report.costs)]))
    if report.steps:
        parts.append(_columns([GROWTH_HEADS, *growth_rows(report.steps)]))
    missed = sum(outcome.holds is False for outcome in report.outcomes)
    if report.outcomes:
        parts.append(f"{missed} missed" if missed else "all bounds hold")
    return "\n\n".join(parts) + "\n"


def as_document(report: Report) -> dict[str, Any]:
    """Give the run as programs read it: seconds and bytes."""
    return {
        "schema": SCHEMA,
        "date": report.date.isoformat(),
        "machine": asdict(report.machine),
        "versions": report.versions,
        "missing": report.missing,
        "peak_floor": report.floor,
        "ok": report.holds,
        "rows": [_claim(outcome) for outcome in report.outcomes],
        "peers": [asdict(cost) for cost in report.costs],
        "growth": [asdict(step) for step in report.steps],
    }


def _claim(outcome: Outcome) -> dict[str, Any]:
    claim = outcome.claim
    return {
        "row": claim.row,
        "what": claim.what,
        "measure": claim.measure,
        "by": claim.by,
        "value": outcome.number,
        "bound": f"{claim.bound.sign} {claim.bound.limit:g}",
        "ok": outcome.holds,
        "note": outcome.note,
        "rounds": outcome.rounds,
        "ours": outcome.ours,
        "ours_peak": outcome.ours_peak,
        "reference": outcome.reference,
        "reference_name": claim.reference,
        "reference_peak": outcome.reference_peak,
    }


def _columns(rows: Sequence[Cells]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows)
    return "\n".join(lines)
