"""One quick demo server for each file of tests, and servers that answer as a test likes."""

from collections.abc import Iterator

import pytest

from ollama_cli.demo import DemoServer


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """Give the address of a demo server that answers at once."""
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as server:
        yield server.url
