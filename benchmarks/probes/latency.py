"""How old a token is when it is at hand: `python -m benchmarks.probes.latency MODEL`.

The stub's paced answers tell in each token when it was sent.
"""

import os
import sys
import time

from benchmarks.probes import tell
from ollama_cli import OllamaClient
from ollama_cli.types.answer_events import Text


def main() -> None:
    """Tell the median and the 99th percentile, in seconds."""
    with OllamaClient(os.environ["OLLAMA_HOST"]) as client:
        ages = sorted(
            time.monotonic_ns() - int(event.text)
            for event in client.generate(sys.argv[1], "hi")
            if isinstance(event, Text)
        )
    tell(p50=ages[len(ages) // 2] / 1e9, p99=ages[len(ages) * 99 // 100] / 1e9)


if __name__ == "__main__":
    main()
