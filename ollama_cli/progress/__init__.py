"""Ways to watch a model being pulled: bars, lines, JSON lines, or nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

from ollama_cli.progress.choice import board, choose
from ollama_cli.progress.jsonl import JsonLinesReporter
from ollama_cli.progress.lines import LinesReporter
from ollama_cli.progress.reporter import PullProgressReporter, follow
from ollama_cli.progress.silent import SilentReporter
from ollama_cli.progress.stats import LayerSnapshot, PullSnapshot, PullStats
from ollama_cli.progress.terminals import notification

if TYPE_CHECKING:
    from ollama_cli.progress.bars import BarsReporter

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
        return import_module("ollama_cli.progress.bars").BarsReporter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
