"""Chooses how a pull is watched."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ollama_cli.errors import UsageError
from ollama_cli.ui import terminals
from ollama_cli.ui.progress.jsonl import JsonLinesReporter
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.progress.reporter import PullProgressReporter, SilentReporter
from ollama_cli.ui.progress.stats import PullStats
from ollama_cli.ui.streams import OutStream

if TYPE_CHECKING:
    from ollama_cli.ui.progress.bars import Board


def choose(
    mode: str,
    *,
    model: str,
    out: OutStream,
    err: OutStream,
    quiet: bool = False,
    label: str = "",
    board: "Board | None" = None,
    stats: PullStats | None = None,
) -> PullProgressReporter:
    """Build the reporter for a mode: auto, bar, plain, json or none.

    Bars need a stream that moves, and become lines on one that does not. `quiet` silences what is
    shown to people; the JSON lines are a result, and stay. Where several models are pulled at once
    `label` tells them apart, and bars stand on one `board`.
    `stats` already holds each event that is reported; without it the reporter counts them.
    An unknown mode is a UsageError.
    """
    match mode:
        case "json":
            return JsonLinesReporter(out, model, notes=None if quiet else err, stats=stats)
        case "none":
            return SilentReporter()
        case "auto" | "bar" | "plain" if quiet:
            return SilentReporter()
        case "auto" | "bar" if err.motion:
            from ollama_cli.ui.progress.bars import BarsReporter  # noqa: PLC0415  rich: 40 ms

            return BarsReporter(err, model, board=board, label=label, stats=stats)
        case "auto" | "bar" | "plain":
            return LinesReporter(err, model, label=label, stats=stats)
    raise UsageError(
        f"unknown progress mode: {mode}", hint="use one of auto, bar, plain, json, none"
    )


def board(
    mode: str, err: OutStream, environ: Mapping[str, str], *, quiet: bool = False, count: int = 1
) -> "Board | None":
    """Build the board that the bars of all `count` pulls stand on; None where none are drawn."""
    if quiet or mode not in {"auto", "bar"} or not err.motion:
        return None
    from ollama_cli.ui.progress.bars import Board  # noqa: PLC0415  rich: 40 ms

    tab_progress = terminals.shows_tab_progress(environ)
    return Board(err, tab_progress=tab_progress, count=count)
