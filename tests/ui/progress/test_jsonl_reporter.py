"""What programs get to see of a pull."""

import io
import json
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import pytest

from ollama_cli.errors import PullError, StreamCutError
from ollama_cli.features.pull.follow import follow
from ollama_cli.types.pull_events import (
    ChunkProgress,
    Error,
    Expected,
    Layer,
    PullEvent,
    Status,
    Success,
)
from ollama_cli.ui.progress.jsonl import JsonLinesReporter
from ollama_cli.ui.streams import OutStream

DIGEST = "sha256:dde5aa3fc5ffc17176b5e8bdc82f587b24b2678c6c66101bf7da77af9f7ccdff"
KEYS = [
    "event",
    "model",
    "status",
    "digest",
    "layer_total",
    "layer_completed",
    "total",
    "completed",
    "total_known",
    "lost",
    "fraction",
    "bytes_per_second",
    "eta_seconds",
]


class Clock:
    """Tells the time that the test set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FlushCounter(io.StringIO):
    """Remembers what had been written at each flush."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed: list[str] = []

    def flush(self) -> None:
        self.flushed.append(self.getvalue())


def watch(
    events: Iterable[PullEvent],
    *,
    step: float = 1.0,
    model: str = "llama3:8b",
    error: type[BaseException] | None = None,
) -> list[str]:
    """Follow events that come `step` seconds apart; return the lines that were written."""
    clock, file = Clock(), io.StringIO()
    reporter = JsonLinesReporter(OutStream(file), model, clock)

    def timed() -> Iterable[PullEvent]:
        for event in events:
            yield event
            clock.now += step

    with pytest.raises(error) if error else nullcontext():
        follow(timed(), reporter)
    return file.getvalue().splitlines()


def objects(events: Iterable[PullEvent], **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in watch(events, **options)]


def chunks(total: int, *completed: int) -> list[PullEvent]:
    return [ChunkProgress(DIGEST, total, n) for n in completed]


def test_every_event_is_one_object_with_the_same_keys() -> None:
    lines = objects([Status("pulling manifest"), *chunks(4000, 1000, 2000), Success()])
    assert list(lines[0]) == ["schema", *KEYS]
    assert [list(line) for line in lines[1:3]] == [KEYS, KEYS]
    assert list(lines[3]) == [*KEYS, "seconds"]
    assert lines[0]["schema"] == "ollama-cli/models-pull/1"
    assert [line["event"] for line in lines] == ["status", "progress", "progress", "success"]


def test_what_is_unknown_is_null() -> None:
    (first, *_) = objects([Status("pulling manifest"), Success()])
    known = {"schema", "event", "model", "status", "total_known", "lost"}
    assert {key for key, value in first.items() if value is not None} == known
    assert first["status"] == "pulling manifest"


def test_progress_has_layer_and_sums() -> None:
    line = objects([*chunks(4000, 1000, 2000), Success()])[1]
    assert line == {
        "event": "progress",
        "model": "llama3:8b",
        "status": None,
        "digest": DIGEST,
        "layer_total": 4000,
        "layer_completed": 2000,
        "total": 4000,
        "completed": 2000,
        "total_known": False,
        "lost": 0,
        "fraction": 0.5,
        "bytes_per_second": 1000.0,
        "eta_seconds": 2.0,
    }


def test_success_tells_total_and_seconds() -> None:
    last = objects([*chunks(4000, 1000, 2000), Success()])[-1]
    assert (last["total"], last["completed"], last["fraction"]) == (4000, 4000, 1.0)
    assert last["seconds"] == 2.0


def test_the_servers_error_is_the_last_line() -> None:
    lines = objects([Status("pulling manifest"), Error("500: ")], error=PullError)
    assert list(lines[-1]) == [*KEYS, "code", "exit", "message", "hint", "http_status"]
    assert (lines[-1]["event"], lines[-1]["code"], lines[-1]["exit"]) == ("error", "pull_failed", 5)
    assert lines[-1]["message"] == "pull failed: 500:"
    assert len(lines) == 2


def test_a_stream_that_breaks_ends_with_an_error_too() -> None:
    def cut() -> Iterable[PullEvent]:
        raise StreamCutError("the connection broke")
        yield Success()

    (only,) = objects(cut(), error=StreamCutError)
    assert only["schema"] == "ollama-cli/models-pull/1"
    assert (only["event"], only["message"]) == ("error", "the connection broke")


def test_what_is_expected_is_no_event() -> None:
    (only,) = objects([Expected(layers=(Layer("sha256:ab", 7),)), Success()])
    assert only["event"] == "success"
    assert only["schema"] == "ollama-cli/models-pull/1"


def test_an_interrupt_writes_nothing() -> None:
    def interrupted() -> Iterable[PullEvent]:
        yield Status("pulling manifest")
        raise KeyboardInterrupt

    assert len(objects(interrupted(), error=KeyboardInterrupt)) == 1


def test_each_line_is_flushed() -> None:
    file = FlushCounter()
    follow(
        [Status("a"), Status("b"), Success()],
        JsonLinesReporter(OutStream(file), "m"),
    )
    assert [text.count("\n") for text in file.flushed] == [1, 2, 3]


def test_no_character_drives_a_terminal() -> None:
    text = "\x1b[2J\x9b\u202e[/red]"
    line = watch([Status(text), Success()])[0]
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["status"] == text


def test_a_state_that_is_repeated_with_each_line_is_told_once() -> None:
    def line(completed: int) -> list[PullEvent]:
        return [Status("pulling ab"), ChunkProgress(DIGEST, 100, completed)]

    events = [json.loads(told)["event"] for told in watch([*line(10), *line(20), Success()])]
    assert events == ["status", "progress", "progress", "success"]


def test_no_control_character_of_a_name_is_written_raw() -> None:
    told = watch([Status("pulling manifest"), Success()], model="a\x7fb\x1bc\x9bd")
    assert all(text.isascii() and text.strip("\n").isprintable() for text in told)
    assert json.loads(told[0])["model"] == "a\x7fb\x1bc\x9bd"
