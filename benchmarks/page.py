"""Writes a run into the pages of this tree: the tables, the chart, three lines of the README."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import chart
from benchmarks.processes import ROOT
from benchmarks.report import (
    COST_HEADS,
    GROWTH_HEADS,
    HEADS,
    Cells,
    Report,
    conditions,
    cost_row,
    growth_rows,
    row,
)

HERE: Final = Path(__file__).parent
# What the README shows: a start, a peer, a long answer, and these columns of the table.
SHOWN: Final = (("S1", "python"), ("S4", "llm"), ("T1", "bare requests"))
COLUMNS: Final = slice(1, 5)


def write(report: Report) -> None:
    """Replace what stands between the marks in both pages, and the chart."""
    for path, block in (
        (HERE / "README.md", tables(report)),
        (ROOT / "README.md", three_lines(report)),
    ):
        text = path.read_text(encoding="utf-8")
        path.write_text(replaced(text, block), encoding="utf-8")
    (HERE / "chart.svg").write_text(chart.draw(report), encoding="utf-8")


def replaced(text: str, block: str) -> str:
    """Put a block between the marks `<!-- a run -->` and `<!-- end of the run -->`."""
    begin, end = "<!-- a run -->\n", "<!-- end of the run -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError("the page has no marks for a run")
    return f"{before}{begin}{block}{end}{after}"


def tables(report: Report) -> str:
    """Write all of a run as Markdown."""
    parts = ["\n".join(f"- {line}" for line in conditions(report))]
    parts.append(table(HEADS, [row(outcome) for outcome in report.outcomes]))
    parts.append("## Beside other programs")
    parts.append(f"![{chart.TITLE}](chart.svg)")
    parts.append(table(COST_HEADS, [cost_row(cost) for cost in report.costs]))
    parts.append("## How the cost grows")
    parts.append(table(GROWTH_HEADS, growth_rows(report.steps)))
    return "\n\n".join(parts) + "\n"


def three_lines(report: Report) -> str:
    """Write the lines that the README shows, as they stand in the table."""
    shown = [
        row(outcome)[COLUMNS]
        for outcome in report.outcomes
        if (outcome.claim.row, outcome.claim.reference) in SHOWN
    ]
    return table(HEADS[COLUMNS], shown) + "\n"


def table(heads: Cells, rows: Sequence[Cells]) -> str:
    """Write a table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _cell(text: str) -> str:
    return re.sub(r"([|*_])", r"\\\1", text)
