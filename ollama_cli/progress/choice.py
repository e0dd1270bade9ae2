"""Chooses how a pull is watched."""

from importlib import import_module

from ollama_cli.errors import UsageError
from ollama_cli.progress.jsonl import JsonLinesReporter
from ollama_cli.progress.lines import LinesReporter
from ollama_cli.progress.reporter import PullProgressReporter
from ollama_cli.progress.silent import SilentReporter
from ollama_cli.streams import OutStream


def choose(
    mode: str, *, model: str, out: OutStream, err: OutStream, quiet: bool = False
) -> PullProgressReporter:
    """Build the reporter for a mode: auto, bar, plain, json or none.

    Bars need a stream that moves, and become lines on one that does not. `quiet` silences what is
    shown to people; the JSON lines are a result, and stay. An unknown mode is a UsageError.
    """
    match mode:
        case "json":
            return JsonLinesReporter(out, model)
        case "none":
            return SilentReporter()
        case "auto" | "bar" | "plain" if quiet:
            return SilentReporter()
        case "auto" | "bar" if err.motion:
            return _bars(err, model)
        case "auto" | "bar" | "plain":
            return LinesReporter(err, model)
    raise UsageError(
        f"unknown progress mode: {mode}", hint="use one of auto, bar, plain, json, none"
    )


def _bars(stream: OutStream, model: str) -> PullProgressReporter:
    # rich is slow to load: a pull that shows no bars never loads it.
    bars = import_module("ollama_cli.progress.bars")
    reporter: PullProgressReporter = bars.BarsReporter(stream, model)
    return reporter
