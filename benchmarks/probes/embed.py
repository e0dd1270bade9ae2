"""Vectors, parsed or passed on: `python -m benchmarks.probes.embed MODEL COUNT parsed|bytes`."""

import os
import sys
import time

from benchmarks.probes import tell
from ollama_cli import OllamaClient
from ollama_cli.services.embeddings import in_batches


def main() -> None:
    """Embed so many texts as `ollama-cli embed` does, in its batches."""
    model, count, mode = sys.argv[1:]
    texts = [f"text {number}" for number in range(int(count))]
    with OllamaClient(os.environ["OLLAMA_HOST"]) as client:
        client.version()
        started = time.perf_counter()
        if mode == "bytes":
            size = sum(
                len(chunk)
                for batch in in_batches(texts)
                for chunk in client.embed_bytes(batch, model, {})
            )
        else:
            size = len(client.embed(texts, model).vectors)
        seconds = time.perf_counter() - started
    tell(size=size, seconds=seconds)


if __name__ == "__main__":
    main()
