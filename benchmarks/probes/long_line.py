"""An answer of long lines: `python -m benchmarks.probes.long_line MODEL`."""

import os
import sys
import time

from benchmarks.probes import tell
from ollama_cli import OllamaClient
from ollama_cli.types.answer_events import Text


def main() -> None:
    """Read the answer to its end and tell how long that took."""
    characters = 0
    with OllamaClient(os.environ["OLLAMA_HOST"]) as client:
        started = time.perf_counter()
        for event in client.generate(sys.argv[1], "hi"):
            if isinstance(event, Text):
                characters += len(event.text)
        seconds = time.perf_counter() - started
    tell(characters=characters, seconds=seconds)


if __name__ == "__main__":
    main()
