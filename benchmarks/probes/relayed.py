"""How old a line is when it is at hand: `python -m benchmarks.probes.relayed MODEL [tap]`.

With `tap` it comes through a relay, which then has to tell of it: the port was the relay's own.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.probes import tell

_PROGRAM = Path(sys.executable).with_name("ollama-cli")


@contextmanager
def relay(url: str, model: str) -> Iterator[str]:
    """Start a relay before a server, and give its place; it must have told of the model."""
    words = [str(_PROGRAM), "--host", url, "tap", "-o", "jsonl"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as process:  # noqa: S603  ours
        for line in process.stderr or ():
            yield line.rpartition("/")[2].strip()
            break
        exchange = json.loads(next(iter(process.stdout or ())))
        process.terminate()
    if exchange["model"] != model or exchange["ended"] != "done":
        raise SystemExit(f"the relay has seen another answer: {exchange}")


def ages(place: str, model: str) -> list[int]:
    """Ask a paced server, and give the age of each line in nanoseconds, the youngest first."""
    host, _, port = place.partition(":")
    body = json.dumps({"model": model, "prompt": "hi"}).encode()
    head = b"POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    found = []
    with socket.create_connection((host, int(port))) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(head % len(body) + body)
        rest = b""
        data = b""
        while not data.endswith(b"0\r\n\r\n"):
            data = rest + sock.recv(65536)
            now = time.monotonic_ns()
            *lines, rest = data.split(b"\n")
            values = [json.loads(line) for line in lines if line.startswith(b"{")]
            found += [now - int(value["response"]) for value in values if not value["done"]]
    return sorted(found)


def main() -> None:
    """Tell the median, in seconds."""
    url, model = os.environ["OLLAMA_HOST"], sys.argv[1]
    if sys.argv[2:]:
        with relay(url, model) as place:
            found = ages(place, model)
    else:
        found = ages(url.rpartition("/")[2], model)
    tell(p50=found[len(found) // 2] / 1e9)


if __name__ == "__main__":
    main()
