"""Many small requests by one client: `python -m benchmarks.probes.posts MODEL COUNT THREADS`."""

import logging
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.probes import tell
from ollama_cli import OllamaClient


class _Discarded(logging.Handler):
    """Counts the connections that urllib3 throws away because its pool is full."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "pool is full" in record.getMessage()


def main() -> None:
    """Embed text by text in so many threads; one of them is none at all."""
    model, count, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    discarded = _Discarded()
    logging.getLogger("urllib3.connectionpool").addHandler(discarded)
    texts = [f"text {number}" for number in range(count)]
    with OllamaClient(os.environ["OLLAMA_HOST"]) as client, ThreadPoolExecutor(threads) as pool:

        def embed(text: str) -> int:
            return len(client.embed(text, model).vectors)

        if threads == 1:
            embed("warm")  # as the reference does
        started, used = time.perf_counter(), time.process_time()
        done = sum(map(embed, texts) if threads == 1 else pool.map(embed, texts))
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
    tell(
        seconds=seconds,
        rate=done / seconds,
        cpu_each=cpu / done,
        discarded=discarded.count,
    )


if __name__ == "__main__":
    main()
