"""One decoded line of a pull becomes its events, whatever it holds."""

import itertools
from typing import Any

import pytest

from ollama_cli.types.pull_events import ChunkProgress, Error, Phase, PullEvent, Status, Success
from ollama_cli.wire.pull import PullParser, pull_events_from_value

DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]


def read(parser: PullParser, *lines: object) -> list[PullEvent]:
    events: list[PullEvent] = []
    parser.read(lines, events)
    return events


@pytest.mark.parametrize(
    ("value", "events"),
    [
        ({"status": "pulling manifest"}, [Status("pulling manifest")]),
        ({"status": "success"}, [Status("success"), Success()]),
        ({"status": "Success"}, [Status("Success")]),
        ({"status": "success "}, [Status("success ")]),
        ({"status": ""}, [Status("")]),
        ({"status": None}, []),
        ({"status": 3}, []),
        ({"status": ["success"]}, []),
        ({}, []),
        ({"other": 1}, []),
        (
            {"status": "pulling ab", "digest": "sha256:ab", "total": 9, "completed": 3},
            [Status("pulling ab"), ChunkProgress("sha256:ab", 9, 3)],
        ),
        (
            {"status": "pulling ab", "digest": "sha256:ab", "total": 9},
            [Status("pulling ab"), ChunkProgress("sha256:ab", 9, None)],
        ),
        ({"digest": "d", "completed": 3}, [ChunkProgress("d", None, 3)]),
        ({"digest": "d"}, []),
        ({"total": 0, "completed": 0}, [ChunkProgress("", 0, 0)]),
        ({"digest": None, "total": 1}, [ChunkProgress("", 1, None)]),
        ({"digest": 7, "total": 1}, [ChunkProgress("", 1, None)]),
        ({"digest": ["x"], "total": 1}, [ChunkProgress("", 1, None)]),
        ({"total": 2**64 - 1}, [ChunkProgress("", 2**64 - 1, None)]),
        ({"total": 2**64}, []),
        ({"total": -1}, []),
        ({"total": True, "completed": False}, []),
        ({"total": 1.0, "completed": 0.5}, []),
        ({"total": float("nan"), "completed": float("inf")}, []),
        ({"total": "9", "completed": "3"}, []),
        ({"total": None, "completed": [1]}, []),
        ({"total": -1, "completed": 5}, [ChunkProgress("", None, 5)]),
        ({"error": "x"}, [Error("x")]),
        ({"error": " "}, [Error(" ")]),
        ({"error": {"message": "x", "code": 3}}, [Error("x")]),
        ({"error": {"message": 3}}, [Error('{"message": 3}')]),
        ({"error": {"message": ""}}, [Error('{"message": ""}')]),
        ({"error": {"code": 3}}, [Error('{"code": 3}')]),
        ({"error": ""}, [Error("unknown error")]),
        ({"error": {}}, [Error("unknown error")]),
        ({"error": []}, [Error("unknown error")]),
        ({"error": ["x", 1]}, [Error('["x", 1]')]),
        ({"error": 0}, [Error("0")]),
        ({"error": 5.5}, [Error("5.5")]),
        ({"error": True}, [Error("true")]),
        ({"error": None}, []),
        ({"error": False}, []),
        ({"error": '{"a": 1}'}, [Error('{"a": 1}')]),
        (
            {"status": "success", "digest": "d", "total": 1, "error": "late"},
            [Status("success"), Success(), ChunkProgress("d", 1, None), Error("late")],
        ),
        (None, []),
        (True, []),
        (3, []),
        ("success", []),
        ([], []),
        ([{"status": "success"}], []),
    ],
)
def test_a_line_becomes_its_events_in_order(value: object, events: list[PullEvent]) -> None:
    assert pull_events_from_value(value) == events
    assert read(PullParser(), value) == events


@pytest.mark.parametrize(
    "error",
    [DEEP, {"a": DEEP}, {"message": DEEP}, 10**5000, {"n": 10**5000}, [10**5000], "\ud800"],
    ids=["deep", "deep in object", "deep message", "huge", "huge in object", "huge list", "half"],
)
def test_an_error_that_cannot_be_written_down_is_still_an_error(error: object) -> None:
    (event,) = pull_events_from_value({"error": error})
    assert isinstance(event, Error)
    assert event.message


def test_every_mixture_of_odd_fields_is_read_without_raising() -> None:
    odd: list[object] = [None, True, -1, 2**64, 1.5, float("nan"), "", "success", [], {}, [1], "x"]
    for status, digest, total, error in itertools.product(odd, repeat=4):
        line = {"status": status, "digest": digest, "total": total, "error": error}
        events = pull_events_from_value(line)
        order = [(Status, Success, ChunkProgress, Error).index(type(event)) for event in events]
        assert order == sorted(order)


def test_a_pull_may_end_as_it_likes_for_whoever_follows_it_judges_the_end() -> None:
    parser = PullParser()
    assert read(parser, {"status": "pulling manifest"}) == [Status("pulling manifest")]
    parser.finish()


def progress(name: str, completed: int) -> dict[str, object]:
    return {"status": f"pulling {name}", "digest": name, "total": 9, "completed": completed}


def test_joined_progress_is_the_first_line_of_each_layer_then_the_newest_of_each_read() -> None:
    parser = PullParser(join=True)
    lines = [progress("a", 1), progress("b", 1), progress("a", 2), progress("b", 2)]
    assert read(parser, *lines, progress("a", 3)) == [
        *(Status("pulling a"), ChunkProgress("a", 9, 1)),
        *(Status("pulling b"), ChunkProgress("b", 9, 1)),
        *(Status("pulling a"), ChunkProgress("a", 9, 3)),
        *(Status("pulling b"), ChunkProgress("b", 9, 2)),
    ]
    assert read(parser, progress("a", 4), progress("a", 5)) == [
        *(Status("pulling a"), ChunkProgress("a", 9, 5)),
    ]


@pytest.mark.parametrize(
    "line",
    [
        {"status": "success"},
        {"status": "verifying", "digest": "a"},
        {"status": "pulling a", "digest": "a", "error": "no space"},
        {"error": "no"},
        {"status": ["pulling a"], "digest": "a", "completed": 5},
        {"status": "pulling a", "digest": ["a"], "completed": 5},
        None,
    ],
)
def test_joined_progress_is_told_before_any_other_line_and_that_line_whole(line: object) -> None:
    lines = [progress("a", 1), progress("a", 2), line, progress("a", 3), progress("a", 4)]
    events = read(PullParser(join=True), *lines)
    start = [Status("pulling a"), ChunkProgress("a", 9, 1), Status("pulling a")]
    start += [ChunkProgress("a", 9, 2), *pull_events_from_value(line)]
    assert events[: len(start)] == start
    assert events[-1] == ChunkProgress("a", 9, 4)


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("pulling manifest", Phase.MANIFEST),
        ("pulling 6a0746a1ec1a", Phase.LAYER),
        ("pulling ", Phase.LAYER),
        ("verifying sha256 digest", Phase.VERIFYING),
        ("writing manifest", Phase.WRITING),
        ("removing any unused layers", Phase.REMOVING),
        ("success", Phase.SUCCESS),
        ("successful", Phase.OTHER),
        ("pulling", Phase.OTHER),
        ("retrieving", Phase.OTHER),
        ("", Phase.OTHER),
    ],
)
def test_a_status_is_read_into_its_phase(text: str, phase: Phase) -> None:
    (first, *_) = pull_events_from_value({"status": text})
    assert isinstance(first, Status)
    assert (first.text, first.phase) == (text, phase)
