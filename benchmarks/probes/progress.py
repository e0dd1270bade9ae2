"""What it costs to show a pull on a terminal: `python -m benchmarks.probes.progress MODEL MODE`.

`bars` shows the events, `silent` runs the same loop and shows nothing.
"""

import os
import sys
import time

from benchmarks.probes import tell
from benchmarks.stub import bodies
from benchmarks.stub.wishes import read_wish
from ollama_cli import progress
from ollama_cli.events import PullEvent
from ollama_cli.streams import open_stream
from ollama_cli.wire import ndjson
from ollama_cli.wire.pull import PullParser


def main() -> None:
    """Follow a pull whose events are there already, and tell the seconds of CPU."""
    model, mode = sys.argv[1:]
    parser = PullParser()
    events: list[PullEvent] = []
    parser.read(ndjson.decode(bodies.lines("pull", read_wish(model))), events)
    out = open_stream(sys.stdout, os.environ)
    chosen = "bar" if mode == "bars" else "none"
    reporter = progress.choose(chosen, model=model, out=out, err=out)
    started = time.process_time()
    progress.follow(events, reporter)
    tell(cpu_inside=time.process_time() - started)


if __name__ == "__main__":
    main()
