"""Every fault of a pull, on the wire: status, lines, bytes, how it ends, where the next goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
from raw_pull import CLOSE, END, ENOUGH, RESET, SILENCE, Pulled, pull

from ollama_cli.demo import DemoServer, catalogue, pulls

MODEL = "llama3.2"
LAYERS = catalogue.registry()["llama3.2:latest"].layers
TOTAL = sum(layer.size for layer in LAYERS)
# Small layers of the models that are there from the start: present as soon as the pull begins.
BUILT_IN = {layer for model in catalogue.built_in().values() for layer in model.layers}
PRESENT = sum(layer.size for layer in LAYERS if layer in BUILT_IN)
LARGE = 20_000_000
SUCCESS = {"status": "success"}
TENSORS = "qwen3:4b-mlx"


@contextmanager
def faulty(script: str, times: int | None = None, rate: float = 0) -> Iterator[str]:
    with DemoServer(fault=script, fault_times=times, bytes_per_second=rate) as server:
        yield server.url


def at(percent: float) -> int:
    """The bytes of the large layer when so much of the model is there."""
    return max(min(int(TOTAL * percent / 100) - PRESENT, LARGE), 0)


def is_healthy(pulled: Pulled) -> bool:
    """Tell whether a pull ended as a pull should."""
    return pulled.ending == END and pulled.events[-1] == SUCCESS and pulled.status == 200


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("cut", CLOSE), ("reset", RESET), ("error", END), ("disk-full", END), ("stall", SILENCE)],
)
@pytest.mark.parametrize("percent", [0, 40, 99, 99.99, 100])
def test_a_fault_strikes_at_its_place_and_the_next_pull_goes_on_there(
    kind: str, ending: str, percent: float
) -> None:
    with faulty(f"{kind}@{percent}%", 1) as url:
        first = pull(url, MODEL, patience=0.6 if kind == "stall" else 10)
        *_, large = (event for event in first.layers if event["total"] == LARGE)
        assert (first.status, first.ending) == (200, ending)
        assert large.get("completed", 0) == at(percent)
        assert SUCCESS not in first.events
        resumed = pull(url, MODEL)
        assert is_healthy(resumed)
        # A layer that is there and not verified yet is told as one that is resumed: in full.
        assert resumed.layers[0].get("completed", 0) == min(at(percent), LARGE)
        assert resumed.bytes == TOTAL


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("error@40%", "max retries exceeded: EOF"),
        ("disk-full@40%", "no space left on device"),
        ("denied", "pull model manifest: unauthorized: access denied"),
        ("outdated", "requires a newer version of Ollama.\n\nPlease download"),
    ],
)
def test_an_error_is_the_last_line(script: str, text: str) -> None:
    with faulty(script, 1) as url:
        first = pull(url, MODEL)
        assert (first.status, first.ending) == (200, END)
        assert text in first.events[-1]["error"]
        assert ["error" in event for event in first.events].count(True) == 1
        assert is_healthy(pull(url, MODEL))


def test_a_place_that_is_reached_in_every_pull_is_never_passed() -> None:
    with faulty("cut@40%") as url:
        tries = [pull(url, MODEL) for _ in range(3)]
        assert [each.bytes for each in tries] == [at(40)] * 3
        assert {each.ending for each in tries} == {CLOSE}


@pytest.mark.parametrize(
    ("kind", "ending"), [("cut", CLOSE), ("reset", RESET), ("error", END), ("html", END)]
)
def test_a_line_that_breaks_every_so_many_bytes(kind: str, ending: str) -> None:
    with faulty(f"{kind}/64k") as url:
        for number in range(1, 4):
            broken = pull(url, MODEL) if kind != "html" else _without_page(pull(url, MODEL))
            assert (broken.ending, broken.bytes) == (ending, number * 64_000)
    with faulty(f"{kind}/8M") as url:
        tries = [pull(url, MODEL) for _ in range(3)]
        assert [each.ending for each in tries] == [ending, ending, END]
        assert is_healthy(tries[-1])
        assert tries[-1].layers[0]["completed"] == 16_000_000


def test_a_line_that_breaks_after_so_long() -> None:
    with faulty("cut/0.1s", rate=40_000_000) as url:
        began = time.monotonic()
        first, second = pull(url, MODEL), pull(url, MODEL)
        assert time.monotonic() - began >= 0.2
        assert (first.ending, second.ending) == (CLOSE, CLOSE)
        assert 0 < first.bytes < second.bytes < TOTAL


def test_a_server_that_forgets_starts_again() -> None:
    with faulty("forget@40%", 1) as url:
        first = pull(url, MODEL)
        assert (first.ending, first.bytes) == (CLOSE, at(40))
        second = pull(url, MODEL)
        assert "completed" not in second.layers[0]
        assert is_healthy(second)


def test_a_server_that_forgets_keeps_what_was_verified() -> None:
    with faulty("few-lines,forget@100%", 2) as url:
        assert is_healthy(pull(url, "nomic-embed-text"))
        pull(url, MODEL)
        assert len(pull(url, "nomic-embed-text").events) == 7


def test_identical_lines_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "TICK", 0.001)
    with faulty("repeat@50%", 1) as url:
        first = pull(url, MODEL, lines=200)
        assert first.ending == ENOUGH
        assert set(first.lines[-150:]) == {first.lines[-1]}
        assert first.bytes == at(50)
        second = pull(url, MODEL)
        assert second.layers[0]["completed"] == at(50)
        assert is_healthy(second)


def test_a_rollback_takes_bytes_back_once() -> None:
    with faulty("rollback@30%", 1) as url:
        rolled = pull(url, MODEL)
    told = [each.get("completed", 0) for each in rolled.layers if each["total"] == LARGE]
    falls = [(before, after) for before, after in pairwise(told) if after < before]
    assert falls == [(at(30), 0)]
    assert is_healthy(rolled)


def test_a_trickle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "TICK", 0.0)
    with faulty("trickle@90%", 1) as url:
        slow = pull(url, MODEL)
    assert is_healthy(slow)
    told = [each.get("completed", 0) for each in slow.layers if each["total"] == LARGE]
    steps = [(before, after - before) for before, after in pairwise(told)]
    assert {step for before, step in steps if before >= at(90)} <= {
        0,
        1000,
        (LARGE - at(90)) % 1000,
    }
    assert max(step for before, step in steps if before < at(90)) > 1_000_000


def _without_page(pulled: Pulled) -> Pulled:
    lines = [line for line in pulled.lines if line.startswith(b"{")]
    assert b"<!DOCTYPE html>" in pulled.lines
    return pulled._replace(lines=lines)


def test_html_in_the_middle_and_from_then_on() -> None:
    with faulty("html@50%,html", 2) as url:
        broken = pull(url, MODEL)
        assert (broken.status, broken.ending) == (200, END)
        assert b"application/x-ndjson" in broken.head
        assert _without_page(broken).bytes == at(50)
        replaced = pull(url, MODEL)
        assert b"Content-Type: text/html" in replaced.head
        assert pull(url, MODEL).layers[0]["completed"] == at(50)


def test_few_lines() -> None:
    with faulty("few-lines", 1) as url:
        few = pull(url, MODEL)
        assert is_healthy(few)
        small = {layer.digest for layer in LAYERS if layer in BUILT_IN}
        assert {each["digest"] for each in few.layers} == {LAYERS[0].digest, *small}
        assert few.bytes < LARGE
        assert pull(url, MODEL).bytes == TOTAL


def test_no_success_is_an_end_without_it() -> None:
    with faulty("no-success", 1) as url:
        first = pull(url, MODEL)
        assert (first.ending, first.events[-1]) == (END, {"status": "writing manifest"})
        assert first.bytes == TOTAL
        second = pull(url, MODEL)
        assert len(second.layers) == 6
        assert is_healthy(second)


def test_lines_after_success() -> None:
    with faulty("after-success", 1) as url:
        first = pull(url, MODEL)
        where = first.events.index(SUCCESS)
        assert [event["status"] for event in first.events[where + 1 :]] == [
            "verifying sha256 digest",
            first.layers[0]["status"],
        ]
        assert first.events[-1]["completed"] == 1
        assert first.ending == END


def test_nothing_goes_wrong_with_a_model_that_is_there() -> None:
    with faulty("few-lines,cut@40%,reset/64k") as url:
        tries = [pull(url, MODEL) for _ in range(3)]
        assert all(map(is_healthy, tries))


def test_tensors_are_one_piece_with_a_line_for_every_read() -> None:
    with DemoServer(bytes_per_second=0) as server:
        whole = pull(server.url, TENSORS)
        assert is_healthy(whole)
        assert len(whole.lines) > 50_000
        assert {each["digest"] for each in whole.layers} == {"sha256:model"}
        assert {each["status"] for each in whole.layers} == {"pulling model"}
        (total,) = {each["total"] for each in whole.layers}
        assert total == catalogue.registry()[TENSORS].size == whole.bytes
        others = [each["status"] for each in whole.events if "digest" not in each]
        assert others == ["pulling manifest", "writing manifest", "success"]
        assert [event["status"] for event in pull(server.url, TENSORS).events] == others


@pytest.mark.parametrize(("script", "place"), [("cut@40%", 0.4), ("rollback@40%", 1)])
def test_faults_in_a_pull_of_tensors(script: str, place: float) -> None:
    total = catalogue.registry()[TENSORS].size
    with faulty(script, 1) as url:
        first = pull(url, TENSORS)
        told = [each["completed"] for each in first.layers]
        assert told[-1] == int(total * place)
        falls = [before - after for before, after in pairwise(told) if after < before]
        assert len(falls) == (1 if script.startswith("rollback") else 0)
        assert all(0 < fall <= 2_000_000 for fall in falls)
        assert is_healthy(pull(url, TENSORS))
