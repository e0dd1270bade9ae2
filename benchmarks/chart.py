"""Draws one chart, by hand: how long each task takes with each program."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Final

from benchmarks.figures import seconds
from benchmarks.peers import OURS, Cost
from benchmarks.report import Report

TITLE: Final = "Time of four tasks with ollama-cli and with others"
_WIDTH, _LEFT, _RIGHT = 760, 150, 90
_BAR, _GAP, _HEAD = 16, 6, 34
# Grey text and these two colours can be read on white and on black.
_STYLE: Final = (
    "text { font: 13px system-ui, sans-serif; fill: #57606a }"
    " .task { font-weight: 600 } .ours { fill: #1f883d } .other { fill: #8c959f }"
    " @media (prefers-color-scheme: dark) { text { fill: #9da7b1 }"
    " .ours { fill: #3fb950 } .other { fill: #6e7681 } }"
)


def draw(report: Report) -> str:
    """Draw bars for each task, the shortest is the quickest; each task has its own scale."""
    parts: list[str] = []
    top = 10
    for task, found in groupby(report.costs, key=lambda cost: cost.task):
        costs = sorted(found, key=lambda cost: cost.wall)
        parts += _task(task, costs, top)
        top += _HEAD + len(costs) * (_BAR + _GAP) + 10
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img"'
        f' aria-label="{TITLE}">\n<title>{TITLE}</title>\n<style>{_STYLE}</style>\n{body}\n</svg>\n'
    )


def _task(task: str, costs: Sequence[Cost], top: int) -> Iterator[str]:
    yield f'<text class="task" x="8" y="{top + 18}">{escape(task)}</text>'
    longest = max(cost.wall for cost in costs)
    for place, cost in enumerate(costs):
        y = top + _HEAD + place * (_BAR + _GAP)
        width = max(1.0, cost.wall / longest * (_WIDTH - _LEFT - _RIGHT))
        kind = "ours" if cost.program == OURS else "other"
        yield f'<text x="{_LEFT - 10}" y="{y + 13}" text-anchor="end">{escape(cost.program)}</text>'
        yield (
            f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2"/>'
        )
        yield f'<text x="{_LEFT + width + 8:.1f}" y="{y + 13}">{seconds(cost.wall)}</text>'
