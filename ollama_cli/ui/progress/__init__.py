"""Ways to watch a model being pulled: bars, lines, JSON lines, or nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

from ollama_cli.ui.progress.choose import board, choose
from ollama_cli.ui.progress.jsonl import JsonLinesReporter
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.progress.reporter import PullProgressReporter, follow
from ollama_cli.ui.progress.silent import SilentReporter
from ollama_cli.ui.progress.stats import LayerSnapshot, PullSnapshot, PullStats
from ollama_cli.ui.terminals import notification

if TYPE_CHECKING:
    from ollama_cli.ui.progress.bars import BarsReporter

__all__ = [
    "BarsReporter",
    "JsonLinesReporter",
    "LayerSnapshot",
    "LinesReporter",
    "PullProgressReporter",
    "PullSnapshot",
    "PullStats",
    "SilentReporter",
    "board",
    "choose",
    "follow",
    "notification",
]


def __getattr__(name: str) -> object:
    # The bars bring rich along, which is slow to load: only who asks for them pays.
    if name == "BarsReporter":
        return import_module("ollama_cli.ui.progress.bars").BarsReporter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
