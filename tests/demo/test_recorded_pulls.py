"""Pulls of the demo beside those that were recorded from real servers."""

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pytest
from raw_pull import ENOUGH, pull
from recordings import WIRE, parts

from ollama_cli.demo import DemoServer, pulls

MODEL = "llama3.2"
Shape = tuple[str, ...]


def shape(event: dict[str, Any]) -> Shape:
    """The status without what names a layer, and the fields in their order."""
    status = "pulling …" if "digest" in event else event.get("status", "")
    done = event.get("completed") == event.get("total") and "digest" in event
    return (status, *event, *(["whole"] if done else []))


def shapes(events: Iterable[dict[str, Any]]) -> list[Shape]:
    """The shapes of a stream, each as long as it lasts."""
    return [key for key, _ in groupby(map(shape, events))]


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in parts(WIRE / f"{name}.http")[2].splitlines()]


def headers(head: bytes) -> list[str]:
    lines = head.decode().split("\r\n")
    return [lines[0], *sorted(line for line in lines[1:] if not line.startswith("Date:"))]


def recorded_headers(name: str) -> list[str]:
    return headers((WIRE / f"{name}.http").read_bytes().partition(b"\r\n\r\n")[0])


def played(script: str | None, *, model: str = MODEL, pulls_before: int = 0) -> list[Any]:
    with DemoServer(fault=script, fault_times=1, bytes_per_second=0) as server:
        for _ in range(pulls_before):
            pull(server.url, model)
        return pull(server.url, model).events


def test_the_head_of_the_answer_is_the_recorded_one() -> None:
    with DemoServer(bytes_per_second=0) as server:
        assert headers(pull(server.url, MODEL).head) == recorded_headers("pull-fresh")


def test_a_fresh_pull_has_the_recorded_lines() -> None:
    # The real server has its first line when some bytes are there, unless they are late.
    late = shapes(recorded("pull-slow-start"))[1]
    assert late == ("pulling …", "status", "digest", "total")
    played_shapes = shapes(played(None))
    assert played_shapes.pop(1) == late
    assert played_shapes == shapes(recorded("pull-fresh"))


def test_a_model_that_is_there_has_the_recorded_lines() -> None:
    events, real = played(None, pulls_before=1), recorded("pull-present")
    assert shapes(events) == shapes(real)
    assert len(events) - 6 == len(real) - 6 == 4


def test_a_resumed_pull_begins_as_the_recorded_one() -> None:
    events, real = played("cut@60%", pulls_before=1), recorded("pull-resumed")
    assert shapes(events) == shapes(real)
    for stream in (events, real):
        assert 0.55 < stream[1]["completed"] / stream[1]["total"] < 0.65


@pytest.mark.parametrize(
    ("script", "model", "name"),
    [
        (None, "nope", "pull-unknown-model"),
        (None, "llama3.2:nope", "pull-unknown-tag"),
        ("offline", MODEL, "pull-offline"),
    ],
)
def test_a_pull_without_a_manifest_is_the_recorded_one(
    script: str | None, model: str, name: str
) -> None:
    assert played(script, model=model) == recorded(name)


def test_retries_that_ran_out_end_as_recorded() -> None:
    events, real = played("error@0%"), recorded("pull-blob-errors")
    assert shapes(events) == shapes(real)
    assert events[-1] == real[-1]


def test_a_rollback_takes_the_field_away_as_a_reset_did() -> None:
    real = recorded("pull-body-reset")
    fall = shapes(real)[1:3]
    assert fall == [
        ("pulling …", "status", "digest", "total", "completed"),
        ("pulling …", "status", "digest", "total"),
    ]
    assert shapes(played("rollback@50%"))[2:4] == fall


def test_a_line_that_is_repeated_is_the_recorded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "TICK", 0.001)
    with DemoServer(fault="repeat@50%", bytes_per_second=0) as server:
        stalled = pull(server.url, MODEL, lines=60)
    assert stalled.ending == ENOUGH
    real = recorded("pull-body-cut")
    large = [event for event in real if event.get("digest") == real[1]["digest"]]
    (repeated,) = (line for line, same in groupby(large) if len(list(same)) > 1)
    (same,) = (shape(line) for line, _ in groupby(stalled.events[-30:]))
    assert same == shape(repeated)


def test_layers_without_a_line_and_lines_below_the_end_were_recorded() -> None:
    real = recorded("pull-stalled")
    assert shape(real[1])[-1] == "completed"  # and not "whole", up to the last line of the layer
    large = [event for event in real if event.get("digest") == real[1]["digest"]]
    assert not any(event["completed"] == event["total"] for event in large)
    events = [event for event in played("few-lines") if event.get("total", 0) > 1_000_000]
    assert not any(event.get("completed") == event["total"] for event in events)
