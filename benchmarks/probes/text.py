"""What it costs to show an answer on a terminal: `python -m benchmarks.probes.text MODEL`."""

import os
import sys
import time

from benchmarks.probes import tell
from benchmarks.stub import bodies
from benchmarks.stub.wishes import read_wish
from ollama_cli.types.answer_events import Text
from ollama_cli.ui.answers import writers
from ollama_cli.ui.streams import open_stream

_BURST = 500  # about what one read of 64 KiB holds


def main() -> None:
    """Show tokens that are there already, joined as the client joins those of one read."""
    tokens = list(bodies.tokens(read_wish(sys.argv[1])))
    starts = range(0, len(tokens), _BURST)
    bursts = [[Text("".join(tokens[start : start + _BURST]))] for start in starts]
    out = open_stream(sys.stdout, os.environ)
    writer = writers.choose("text", "generate", "stub", out=out, err=out)
    started = time.process_time()
    with writer:
        for burst in bursts:
            writer.show_burst(burst)
    tell(cpu_inside=time.process_time() - started)


if __name__ == "__main__":
    main()
