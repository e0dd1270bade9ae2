"""One stub and one launcher for all tests of the benchmarks, and the programs that are here."""

from collections.abc import Iterator

import pytest

from benchmarks import peers
from benchmarks.processes import Bench


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    with Bench() as started:
        started.list_models(3, [f"{peers.ANSWER}:latest"])
        yield started


@pytest.fixture(scope="session")
def tools() -> peers.Tools:
    return peers.find()
