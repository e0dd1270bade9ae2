"""What it costs to show a pull on a terminal: `python -m benchmarks.probes.progress MODEL MODE`.

Both modes make events of lines that are decoded already, read by read. `bars` joins those of a read
and shows them, as `models pull` does; `silent` takes every event in and shows nothing.
"""

import os
import sys
import time
from collections.abc import Iterator

from benchmarks.probes import tell
from benchmarks.stub import bodies
from benchmarks.stub.wishes import read_wish
from ollama_cli.features.pull.follow import follow
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.ui.progress.choose import choose
from ollama_cli.ui.streams import open_stream
from ollama_cli.wire import ndjson
from ollama_cli.wire.pull import PullParser

_LINES = 400  # about what one read of 64 KiB holds


def _events(reads: list[list[object]], *, join: bool) -> Iterator[PullEvent]:
    parser = PullParser(join=join)
    for values in reads:
        found: list[PullEvent] = []
        parser.read(values, found)
        yield from found


def main() -> None:
    """Follow a pull whose lines are there already, and tell the seconds of CPU."""
    model, mode = sys.argv[1:]
    values = list(ndjson.decode(bodies.lines("pull", read_wish(model))))
    reads = [values[start : start + _LINES] for start in range(0, len(values), _LINES)]
    shows = mode == "bars"
    out = open_stream(sys.stdout, os.environ)
    reporter = choose("bar" if shows else "none", out, model)
    started = time.process_time()
    follow(_events(reads, join=shows), reporter)
    tell(cpu_inside=time.process_time() - started)


if __name__ == "__main__":
    main()
