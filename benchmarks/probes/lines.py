"""The transport alone, as fast as it hands on lines: `python -m benchmarks.probes.lines MODEL`."""

import os
import sys
import time

from benchmarks.probes import tell
from ollama_cli.transport.client import Transport


def main() -> None:
    """Count the lines of an answer, decoding nothing."""
    transport = Transport(os.environ["OLLAMA_HOST"], connect_timeout=5)
    body = {"model": sys.argv[1], "prompt": "hi"}
    lines, rest = 0, b""
    started = time.perf_counter()
    with transport.send("POST", "/api/generate", body, wait=60) as reply:
        for chunk in reply.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            lines += len(whole)
    seconds = time.perf_counter() - started
    tell(lines=lines, seconds=seconds, rate=lines / seconds)


if __name__ == "__main__":
    main()
