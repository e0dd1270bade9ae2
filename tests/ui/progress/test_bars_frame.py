"""What one frame of the bars says at any width, as an emulated screen reads it."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyte
import pytest

from ollama_cli.types.pull_events import ChunkProgress, PullEvent, Restart, Status
from ollama_cli.ui.progress.bars import BarsReporter
from ollama_cli.ui.streams import OutStream

DIGEST = "sha256:dde5aa3fc5ffc17176b5e8bdc82f587b24b2678c6c66101bf7da77af9f7ccdff"
TOTAL = 4_661_224_676


class Pull:
    """A pull on a screen of `width` columns, with a clock that the test sets."""

    def __init__(self, width: int = 80, model: str = "llama3:8b", *, unicode: bool = True) -> None:
        self.now = 1000.0
        self.file = io.StringIO()
        stream = OutStream(
            self.file, is_terminal=True, motion=True, unicode=unicode, fixed_width=width
        )
        self.reporter = BarsReporter(stream, model, lambda: self.now)

    def report(self, *events: PullEvent) -> None:
        for event in events:
            self.reporter.report(event)
            self.now += 1

    def lines(self) -> list[str]:
        self.reporter.refresh()
        screen = pyte.Screen(200, 10)
        pyte.Stream(screen).feed(self.file.getvalue().replace("\n", "\r\n"))
        return [line.rstrip() for line in screen.display if line.strip()]


@contextmanager
def pulling(width: int = 80, model: str = "llama3:8b", *, unicode: bool = True) -> Iterator[Pull]:
    """Stop a pull at 40 per cent, after a minute at 31 MB/s."""
    pull = Pull(width, model, unicode=unicode)
    with pull.reporter:
        pull.report(*(ChunkProgress(DIGEST, TOTAL, n * 31_100_000) for n in range(61)))
        yield pull


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (120, f"llama3:8b  {'━' * 16}{'─' * 24}   40 %  1.9/4.7 GB so far  31.1 MB/s  eta 1m30s"),
        (77, f"llama3:8b  {'━' * 6}{'─' * 11}   40 %  1.9/4.7 GB so far  31.1 MB/s  eta 1m30s"),
        (67, f"llama3:8b  {'━' * 7}{'─' * 12}   40 %  1.9/4.7 GB so far  31.1 MB/s"),
        (50, f"llama3:8b  {'━' * 5}{'─' * 8}   40 %  1.9/4.7 GB so far"),
        (37, "llama3:8b  40 %  1.9/4.7 GB so far"),
        (30, "llam…  40 %  1.9/4.7 GB so far"),
        (20, "llama3:8b  40 %"),
        (9, "ll…  40 %"),
        (5, "40 %"),
    ],
)
def test_what_fits_is_shown(width: int, line: str) -> None:
    with pulling(width) as pull:
        overall, layer = pull.lines()
    assert overall == line
    assert layer.startswith("  pulling dde5aa3fc5ff"[: width - 1])


@pytest.mark.parametrize("width", [1, 2, 3, 7, 12, 19])
def test_no_width_is_too_small(width: int) -> None:
    with pulling(width) as pull:
        assert all(len(line) <= width for line in pull.lines())


def test_a_line_as_wide_as_the_terminal_is_not_cut_at_80() -> None:
    with pulling(150) as pull:
        pull.report(Status("x" * 140))
        assert pull.lines()[1] == f"  {'x' * 140}  1 s"


def test_a_long_name_leaves_room_for_the_numbers() -> None:
    with pulling(model="hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M") as pull:
        overall, _ = pull.lines()
    assert overall.startswith("hf.co/bartowski/Llama-3.2…  ━")
    assert "31.1 MB/s" in overall


def test_wide_characters_count_twice() -> None:
    with pulling(60, model="模型" * 20) as pull:
        overall, _ = pull.lines()
    assert "模…  ━" in overall
    assert len(overall) + overall.count("模") + overall.count("型") == 60


def test_ascii_where_unicode_cannot_be_shown() -> None:
    with pulling(model="m" * 50, unicode=False) as pull:
        overall, _ = pull.lines()
    assert re.search(r"m~  #+-+   40 %", overall), overall
    assert pull.file.getvalue().isascii()


def test_a_silent_phase_shows_its_time() -> None:
    with pulling() as pull:
        pull.report(Status("verifying sha256 digest"))
        pull.now += 74
        overall, phase = pull.lines()
    assert " 99 %  4.7/4.7 GB" in overall
    assert phase == "  verifying sha256 digest  1m15s"


def test_a_stall_is_named() -> None:
    with pulling() as pull:
        pull.report(*[ChunkProgress(DIGEST, TOTAL, 60 * 31_100_000)] * 20)
        overall, layer = pull.lines()
    assert overall.endswith("0 B/s")
    assert layer == "  pulling dde5aa3fc5ff  1.9/4.7 GB  no data for 21 s"


def test_the_pause_before_a_further_try_is_counted_down() -> None:
    with pulling() as pull:
        for pause, waits in ((3.7, ["in 4 s", "in 3 s", "in 2 s"]), (1.5, ["in 2 s", "in 1 s"])):
            pull.reporter.report(Restart(1, "the connection was cut", pause))
            for wait in waits:
                assert pull.lines()[-1] == f"  trying again {wait}"
                pull.now += pause / 3
            pull.now += 2
        assert pull.lines()[-1].startswith("  trying again  ")  # and nobody has answered yet


def test_one_reason_is_told_once() -> None:
    with pulling() as pull:
        for attempt, reason in enumerate(["no way", "no way", "cut"], 1):
            pull.reporter.report(Restart(attempt, reason, 1.0))
    told = [line for line in re.split(r"[\r\n]+", pull.file.getvalue()) if "note: " in line]
    assert [line.partition("note: ")[2] for line in told] == [
        "pull of llama3:8b: no way: trying again in 1 s",
        "pull of llama3:8b: as before: trying again in 1 s (further try 2)",
        "pull of llama3:8b: cut: trying again in 1 s (further try 3)",
    ]


def test_an_outage_is_no_speed() -> None:
    with pulling() as pull:
        pull.report(Restart(1, "the connection was cut", 10.0))
        overall = pull.lines()[-2]
        assert overall.endswith("GB so far")
        pull.now += 10
        pull.report(*(ChunkProgress(DIGEST, TOTAL, n * 31_100_000) for n in range(61, 64)))
        assert pull.lines()[-2].endswith("31.1 MB/s  eta 1m27s")


def test_the_bar_keeps_its_width_while_the_counter_gains_a_digit() -> None:
    widths = set()
    pull = Pull(60, "llama3.2")
    with pull.reporter:
        for completed in (0, 4_900_000, 10_000_000, 12_300_000):
            pull.report(ChunkProgress(DIGEST, 20_000_000, completed))
            widths.add(sum(pull.lines()[0].count(char) for char in "━─"))
    assert len(widths) == 1


def test_text_of_the_server_is_literal() -> None:
    pull = Pull(model="m[bold]\x1b[31m")
    with pull.reporter:
        pull.report(Status("[red]:smile:[/red]\x1b[2J\nx"))
        pull.now -= 1
        assert pull.lines() == ["m[bold]\\x1b[31m", "  [red]:smile:[/red]\\x1b[2J x"]


def test_a_giant_status_is_cut_before_it_is_drawn() -> None:
    with pulling(60) as pull:
        pull.report(Status("pushing " + "A" * 10**6))
        assert len(pull.reporter._row._phase) < 3000
        assert pull.lines()[1].startswith("  pushing AAA")
