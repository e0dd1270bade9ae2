"""What logs get to see of a pull."""

import io
from collections.abc import Iterable
from contextlib import nullcontext

import pytest

from ollama_cli.errors import PullError
from ollama_cli.features.pull.follow import follow
from ollama_cli.types.pull_events import ChunkProgress, Error, PullEvent, Status, Success
from ollama_cli.ui.progress import phrases
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.streams import OutStream

DIGEST = "sha256:dde5aa3fc5ffc17176b5e8bdc82f587b24b2678c6c66101bf7da77af9f7ccdff"


class Clock:
    """Tells the time that the test set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def watch(
    events: Iterable[PullEvent],
    *,
    step: float = 1.0,
    model: str = "llama3:8b",
    error: type[BaseException] | None = None,
) -> list[str]:
    """Follow events that come `step` seconds apart; return the lines that were written."""
    clock, file = Clock(), io.StringIO()
    reporter = LinesReporter(OutStream(file), model, clock)

    def timed() -> Iterable[PullEvent]:
        for event in events:
            yield event
            clock.now += step

    with pytest.raises(error) if error else nullcontext():
        follow(timed(), reporter)
    return file.getvalue().splitlines()


def chunks(total: int, *completed: int) -> list[PullEvent]:
    return [ChunkProgress(DIGEST, total, n) for n in completed]


def test_a_whole_pull_reads_like_a_log() -> None:
    gigabytes = [n * 470_000_000 for n in range(11)]
    lines = watch(
        [
            Status("pulling manifest"),
            *chunks(4_700_000_000, *gigabytes),
            ChunkProgress("sha256:model"),
            Status("verifying sha256 digest"),
            Status("writing manifest"),
            Success(),
        ],
        step=6.0,
    )
    assert lines[:4] == [
        "pulling manifest",
        "pulling dde5aa3fc5ff  4.7 GB",
        "llama3:8b  10 %  0.5/4.7 GB so far  78.3 MB/s  eta 54 s",
        "llama3:8b  20 %  0.9/4.7 GB so far  78.3 MB/s  eta 48 s",
    ]
    assert lines[-5:] == [
        "verifying sha256 digest",
        "verified in 6 s",
        "writing manifest",
        "success",
        "pulled llama3:8b  4.7 GB in 1m30s",
    ]


def test_progress_is_rare_when_it_is_slow() -> None:
    events = chunks(10**9, *range(0, 1000, 10))
    lines = watch([*events, Success()], step=1.0)
    shown = [line for line in lines if line.startswith("llama3:8b")]
    assert len(shown) == 9
    assert shown[0] == "llama3:8b  0 %  0.0/1.0 GB so far  10 B/s  eta 99h+"


def test_progress_is_rare_when_it_is_fast() -> None:
    events = chunks(50_000, *range(50_000))
    lines = watch([*events, Success()], step=0.00002)
    assert len([line for line in lines if line.startswith("llama3:8b")]) == 9


def test_a_state_is_written_once() -> None:
    again = [Status("pulling manifest")] * 3
    same = [ChunkProgress("a", 9, 1), ChunkProgress("b", 9, 1), ChunkProgress("a", 9, 2)] * 9
    lines = watch([*again, *same, Success()], step=0)
    assert lines.count("pulling manifest") == 1
    assert lines.count("pulling a  9 B") == 1


def test_text_of_the_server_is_literal_and_harmless() -> None:
    events: list[PullEvent] = [
        Status("\x1b[2J[red]x[/red]\nfoo"),
        ChunkProgress("\x07\x1b]0;t\x07"),
        Success(),
    ]
    lines = watch(events, model="m\x1b[0m")
    assert lines[:2] == ["\\x1b[2J[red]x[/red] foo", "pulling \\x07\\x1b]0;t\\x07"]
    assert "\x1b" not in "".join(lines)


def test_an_interrupt_says_how_far_and_how_to_go_on() -> None:
    def interrupted() -> Iterable[PullEvent]:
        yield from chunks(4_700_000_000, 1_900_000_000)
        raise KeyboardInterrupt

    assert watch(interrupted(), error=KeyboardInterrupt)[-1] == (
        "note: pull of llama3:8b interrupted at 40 % (1.9/4.7 GB so far): "
        "run the same command again to resume"
    )


def test_an_error_of_the_server_is_left_to_the_door() -> None:
    lines = watch([*chunks(10**9, 0), Error("no")], error=PullError)
    assert lines == ["pulling dde5aa3fc5ff  1.0 GB"]


def test_a_failure_says_how_far_it_came() -> None:
    lines = watch([*chunks(10**9, 5 * 10**8), Error("no")], error=PullError)
    assert lines[-1] == "note: pull of llama3:8b stopped at 50 % (0.5/1.0 GB so far)"


@pytest.mark.parametrize(("fraction", "text"), [(0.29, "29 %"), (0.999, "99 %"), (0.0, "0 %")])
def test_a_percentage_is_whole_and_rounded_down(fraction: float, text: str) -> None:
    assert phrases.percent(fraction) == text
