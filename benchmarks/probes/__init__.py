"""Measures parts of `ollama_cli` from inside a process: its own code paths, without the start."""

import json
import sys


def tell(**numbers: float) -> None:
    """Hand numbers to the benchmarks: the last line of stderr, as stdout may be a terminal."""
    print(json.dumps(numbers), file=sys.stderr)
