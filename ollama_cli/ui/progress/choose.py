"""Choose how the progress of a pull is shown."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from ollama_cli.errors import UsageError
from ollama_cli.ui import terminals
from ollama_cli.ui.progress.jsonl import JsonLinesReporter
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.progress.reporter import PullProgressReporter, SilentReporter
from ollama_cli.ui.progress.stats import PullStats
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.text_streams import as_stream

if TYPE_CHECKING:
    from ollama_cli.ui.progress.bars import Board


def choose(
    mode: str = "auto",
    stream: OutStream | TextIO | None = None,
    model: str = "",
    *,
    notes: OutStream | None = None,
    quiet: bool = False,
    label: str = "",
    board: "Board | None" = None,
    stats: PullStats | None = None,
) -> PullProgressReporter:
    """Build the reporter for a mode: auto, bar, plain, json or none.

    It writes to `stream`; without one, JSON lines to stdout and what people read to stderr. `notes`
    is where JSON lines have restarts told, too.
    Bars need a stream with motion; without it, lines are written. `quiet` hides what is shown to
    people; the JSON lines are a result, and stay. If several models are pulled at once, `label`
    identifies each, and their bars share one `board`.
    `stats`, if given, already counts each reported event; else the reporter counts them.
    Raises UsageError for an unknown mode.
    """
    if stream is None:
        stream = sys.stdout if mode == "json" else sys.stderr
    shown = as_stream(stream)
    match mode:
        case "json":
            return JsonLinesReporter(shown, model, notes=None if quiet else notes, stats=stats)
        case "none":
            return SilentReporter()
        case "auto" | "bar" | "plain" if quiet:
            return SilentReporter()
        case "auto" | "bar" if shown.motion:
            from ollama_cli.ui.progress.bars import BarsReporter  # noqa: PLC0415  rich: 40 ms

            return BarsReporter(stream, model, board=board, label=label, stats=stats)
        case "auto" | "bar" | "plain":
            return LinesReporter(shown, model, label=label, stats=stats)
    raise UsageError(
        f"unknown progress mode: {mode}", hint="use one of auto, bar, plain, json, none"
    )


def board(
    mode: str, err: OutStream, environ: Mapping[str, str], *, quiet: bool = False, count: int = 1
) -> "Board | None":
    """Build the board for the bars of all `count` pulls; None if no bars are drawn."""
    if quiet or mode not in {"auto", "bar"} or not err.motion:
        return None
    from ollama_cli.ui.progress.bars import Board  # noqa: PLC0415  rich: 40 ms

    tab_progress = terminals.shows_tab_progress(environ)
    return Board(err, tab_progress=tab_progress, count=count)
