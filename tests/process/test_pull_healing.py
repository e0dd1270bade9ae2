"""`models pull` on every bad line that the demo server can make: what heals, and what ends it."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from shell import Result, ended, run, start

from ollama_cli.demo import DemoServer, catalogue
from ollama_cli.demo.library import key

MODEL, SMALL, TENSORS = "llama3.2", "nomic-embed-text", "qwen3:4b-mlx"
QUICK = ("--stall-timeout", "0.8", "-o", "jsonl")
NO_REGISTRY = {"OLLAMA_CLI_REGISTRY": "none"}


@contextmanager
def faulty(script: str, times: int | None = None, rate: float = 0) -> Iterator[DemoServer]:
    with DemoServer(fault=script, fault_times=times, bytes_per_second=rate) as server:
        yield server


def pull(server: DemoServer, *args: str, model: str = MODEL, registry: str = "none") -> Result:
    """Pull in a process of its own, and hold what holds for every pull."""
    env = {"OLLAMA_CLI_REGISTRY": registry}
    result = run("models", "pull", model, *QUICK, *args, "--host", server.url, env=env)
    assert "Traceback" not in result.err
    assert_never_falls(result.events)
    return result


def assert_never_falls(events: list[Any]) -> None:
    shown = [event["fraction"] for event in events if event.get("fraction") is not None]
    assert all(before <= after for before, after in pairwise(shown))
    assert all(0 <= fraction <= 1 for fraction in shown)


def assert_complete(server: DemoServer, model: str = MODEL) -> None:
    library = server._machine.library
    assert library.find(model), "the model is not installed"
    for layer in catalogue.registry()[key(model)].layers:
        assert library.blob(layer).hash() == layer.digest


def restarts(result: Result) -> list[Any]:
    return [event for event in result.events if event["event"] == "restart"]


HEALED = [
    ("cut@40%", 1, 1),
    ("stall@99%", 1, 1),
    ("repeat@50%", 1, 1),
    ("reset@40%", 1, 1),
    ("error@50%", 1, 1),
    ("html@50%", 1, 1),
    ("no-success", 1, 1),
    ("html@50%,html", 2, 2),
    ("cut@40%,stall@70%,reset@90%,error@100%", 4, 4),
    ("cut/8M", None, 2),
    ("rollback@50%", 1, 0),
    ("after-success", 1, 0),
    ("few-lines", 1, 0),
    ("trickle@99.9%", 1, 0),
]


@pytest.mark.parametrize(("script", "times", "count"), HEALED, ids=[row[0] for row in HEALED])
def test_a_pull_heals_itself(script: str, times: int | None, count: int) -> None:
    with faulty(script, times) as server:
        result = pull(server)
        assert result.code == 0, result.err
        assert len(restarts(result)) == count
        assert [event["event"] for event in result.events].count("success") == 1
        assert_complete(server)


def test_a_line_that_cuts_every_64_kb_renews_the_budget() -> None:
    with faulty("cut/64k") as server:
        layer = catalogue.registry()[f"{SMALL}:latest"].layers[0]
        server._machine.library.blob(layer).receive(layer.size - 250_000)
        result = pull(server, "--retries", "1", model=SMALL)
        assert (result.code, len(restarts(result))) == (0, 3)
        assert_complete(server, SMALL)


@pytest.mark.parametrize("script", ["few-lines", "cut@40%", "rollback@40%", "reset/20M"])
def test_tensors(script: str) -> None:
    with faulty(script, 1) as server:
        result = pull(server, model=TENSORS)
        assert result.code == 0, result.err
        assert {event.get("digest") for event in result.events} <= {None, "sha256:model"}
        assert_complete(server, TENSORS)


def test_a_server_that_forgets_is_told_and_the_percentage_stays() -> None:
    with faulty("forget@40%", 1) as server:
        result = pull(server)
        assert result.code == 0, result.err
        assert 7_990_000 < result.events[-1]["lost"] <= 8_001_000  # 40 % of the model
        assert "8.0 MB" in result.err
        assert_complete(server)


def test_a_server_that_is_lost_and_comes_back_with_nothing() -> None:
    with DemoServer(bytes_per_second=20_000_000) as first:
        process = start("models", "pull", MODEL, *QUICK, "--host", first.url, env=NO_REGISTRY)
        layer = catalogue.registry()[key(MODEL)].layers[0]
        while first._machine.library.blob(layer).received < layer.size // 4:
            assert process.poll() is None
    time.sleep(0.2)
    with DemoServer(urlsplit(first.url).port or 0, bytes_per_second=0) as second:
        result = ended(process)
        assert result.code == 0, result.err
        assert_never_falls(result.events)
        assert restarts(result)
        assert result.events[-1]["lost"] >= layer.size // 8
        assert_complete(second)


FATAL = [
    ("disk-full@70%", 5, "no space left"),
    ("offline", 5, "lookup registry.ollama.ai"),
    ("denied", 6, "unauthorized"),
    ("outdated", 5, "newer version of Ollama"),
]


@pytest.mark.parametrize(("script", "code", "text"), FATAL, ids=[row[0] for row in FATAL])
def test_what_no_further_try_can_help_ends_at_once(script: str, code: int, text: str) -> None:
    with faulty(script) as server:
        result = pull(server)
        assert (result.code, restarts(result)) == (code, [])
        assert text in result.err
        assert "\t" not in result.err


def test_a_model_that_the_registry_does_not_know() -> None:
    with DemoServer(bytes_per_second=0) as server:
        result = pull(server, model="llama3.2:70b")
        assert (result.code, restarts(result)) == (4, [])


@pytest.mark.parametrize("script", ["cut@40%", "reset@40%", "stall@40%", "repeat@40%"])
@pytest.mark.parametrize(("retries", "code"), [("0", 5), ("1", 7)])
def test_a_line_that_never_gets_better(script: str, retries: str, code: int) -> None:
    with faulty(script) as server:
        result = pull(server, "--retries", retries)
        assert (result.code, len(restarts(result))) == (code, int(retries)), result.err


def test_two_models_of_which_one_fails() -> None:
    with faulty("disk-full@50%", 1) as server:
        result = run("models", "pull", MODEL, SMALL, *QUICK, "--host", server.url, env=NO_REGISTRY)
        assert result.code == 11
        assert not server._machine.library.find(MODEL)
        assert_complete(server, SMALL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_and_resumed(number: int, code: int) -> None:
    with faulty("repeat@50%", 1) as server:
        process = start("models", "pull", MODEL, "--host", server.url, env=NO_REGISTRY)
        layer = catalogue.registry()[key(MODEL)].layers[0]
        while server._machine.library.blob(layer).received < layer.size // 2:
            assert process.poll() is None
        assert process.stderr is not None
        process.stderr.read(1)  # it shows something, so it is past its own start
        # And past the first run of its files: coverage holds a lock then, and a signal leaves it.
        time.sleep(0.5)
        process.send_signal(number)
        result = ended(process)
        assert result.code == code
        assert "resume" in result.err
        again = pull(server)
        assert again.code == 0
        first = next(event for event in again.events if event.get("layer_completed"))
        assert first["layer_completed"] >= layer.size // 2
        assert_complete(server)


REGISTRIES = ["registry-slow", "registry-lies", "registry-html", "registry-slow,cut@50%"]


@pytest.mark.parametrize("script", REGISTRIES)
def test_a_registry_that_is_no_help(script: str) -> None:
    with faulty(script, 1) as server:
        result = pull(server, registry=server.url)
        assert result.code == 0, result.err
        assert_complete(server)
        assert [e["fraction"] for e in result.events if e["event"] == "success"] == [1.0]


def test_an_honest_registry_gives_the_total_from_the_first_line() -> None:
    with DemoServer(bytes_per_second=0) as server:
        result = pull(server, registry=server.url)
    total = catalogue.registry()[key(MODEL)].size
    told = {event["total"] for event in result.events if event["event"] in {"progress", "success"}}
    assert told == {total}
