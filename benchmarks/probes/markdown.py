"""What Markdown on a terminal costs: `python -m benchmarks.probes.markdown MODEL streamed|once`.

`streamed` shows each token as it would come, `once` the whole text in the same style.
"""

import os
import sys
import time

from benchmarks.probes import tell
from benchmarks.stub import bodies
from benchmarks.stub.wishes import read_wish
from ollama_cli.types.answer_events import Text
from ollama_cli.ui.answers import writers
from ollama_cli.ui.answers.text import Manner
from ollama_cli.ui.streams import OutStream, open_stream


class _Counted(OutStream):
    """Counts the bytes that are written."""

    count = 0

    def write_as_is(self, text: str) -> None:
        """Write, and count."""
        self.count += len(text.encode())
        super().write_as_is(text)


def main() -> None:
    """Show an answer, and tell the seconds of CPU and the bytes beyond the echo of the text."""
    model, mode = sys.argv[1:]
    tokens = bodies.markdown(read_wish(model).events)
    text = "".join(tokens)
    pieces = [[Text(token)] for token in tokens] if mode == "streamed" else [[Text(text)]]
    found = open_stream(sys.stdout, os.environ)
    out = _Counted(found.file, is_terminal=True, colour=found.colour, motion=True)
    manner = Manner(stream=mode == "streamed", markdown=True)
    writer = writers.choose("text", "generate", "stub", out=out, err=out, manner=manner)
    started = time.process_time()
    with writer:
        for piece in pieces:
            writer.show_burst(piece)
    seconds = time.process_time() - started
    echoed = len(text.encode()) if mode == "streamed" else 0
    tell(cpu_inside=seconds, rendered=out.count - echoed)


if __name__ == "__main__":
    main()
