"""What a person sees on a terminal while a model is pulled: a terminal emulator reads it."""

import os
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

import pyte
import pytest

from ollama_cli.features.pull.follow import follow
from ollama_cli.types.pull_events import ChunkProgress, Error, PullEvent, Status, Success
from ollama_cli.ui.progress.bars import BarsReporter
from ollama_cli.ui.streams import OutStream

pty = pytest.importorskip("pty", reason="a pseudo-terminal needs a POSIX system")
fcntl = pytest.importorskip("fcntl", reason="likewise")
termios = pytest.importorskip("termios", reason="likewise")

DIGEST = "sha256:dde5aa3fc5ffc17176b5e8bdc82f587b24b2678c6c66101bf7da77af9f7ccdff"
TOTAL = 4_661_224_676
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Clock:
    """Tells the time that the test set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Terminal:
    """A pseudo-terminal whose other end is an emulated screen."""

    master: int
    file: TextIO
    columns: int
    rows: int
    bytes_seen: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.bytes_seen += data

    def stream(self, **facts: bool) -> OutStream:
        facts = {"is_terminal": True, "colour": True, "motion": True} | facts
        return OutStream(self.file, **facts)

    def settle(self) -> None:
        """Wait until all that was written has been read: a mark goes through last."""
        self.file.flush()
        mark = f"\x1b]0;mark{len(self.bytes_seen)}\x07"
        self.file.write(mark)
        self.file.flush()
        for _ in range(5000):
            if mark.encode() in self.bytes_seen:
                return
            threading.Event().wait(0.002)
        raise AssertionError("the terminal did not answer")

    def screen(self) -> pyte.Screen:
        self.settle()
        screen = pyte.Screen(self.columns, self.rows)
        pyte.ByteStream(screen).feed(bytes(self.bytes_seen))
        return screen

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen().display if line.strip()]

    def text(self) -> str:
        self.settle()
        return self.bytes_seen.decode()


def open_terminal(columns: int, rows: int) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with os.fdopen(slave, "w", encoding="utf-8", newline="\n") as file:
        terminal = Terminal(master, file, columns, rows)
        yield terminal
        terminal.settle()
    # Closing the last writer ends the reader, on Linux with an error.
    terminal._reader.join(5)
    os.close(master)


@pytest.fixture
def wide() -> Iterator[Terminal]:
    yield from open_terminal(80, 24)


@pytest.fixture
def narrow() -> Iterator[Terminal]:
    yield from open_terminal(60, 15)


def pulling(clock: Clock) -> Iterator[PullEvent]:
    """Pull for a minute at 31 MB/s, up to 40 per cent."""
    yield Status("pulling manifest")
    for second in range(61):
        yield ChunkProgress(DIGEST, TOTAL, second * 31_100_000)
        clock.now += 1


@contextmanager
def shown(terminal: Terminal, **options: Any) -> Iterator[tuple[BarsReporter, Clock]]:
    """Stop in the middle of a pull, with a frame on the screen."""
    clock = Clock()
    model = options.pop("model", "llama3:8b")
    with BarsReporter(terminal.stream(**options), model, clock) as reporter:
        for event in pulling(clock):
            reporter.report(event)
        reporter.refresh()
        yield reporter, clock


def test_a_wide_terminal_shows_everything(wide: Terminal) -> None:
    with shown(wide):
        overall, layer = wide.lines()
    assert re.fullmatch(
        r"llama3:8b  ━+─+   40 %  1\.9/4\.7 GB so far  31\.1 MB/s  eta 1m30s", overall
    ), overall
    assert layer == "  pulling dde5aa3fc5ff  1.9/4.7 GB"


def test_the_cursor_is_hidden_meanwhile(wide: Terminal) -> None:
    with shown(wide):
        assert wide.screen().cursor.hidden
    assert not wide.screen().cursor.hidden


def test_a_narrow_terminal_drops_the_eta_first(narrow: Terminal) -> None:
    with shown(narrow):
        overall, _ = narrow.lines()
    assert re.fullmatch(r"llama3:8b  ━+─+   40 %  1\.9/4\.7 GB so far  31\.1 MB/s", overall), (
        overall
    )


def test_no_colour_keeps_the_motion(wide: Terminal) -> None:
    with shown(wide, colour=False):
        pass
    text = wide.text()
    assert COLOUR.findall(text) == []
    assert "\x1b[?25l" in text
    assert "\x1b[2K" in text


def test_colour_is_used_where_it_is_wanted(wide: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    with shown(wide):
        pass
    assert COLOUR.findall(wide.text()) != []


def test_frames_come_without_events(wide: Terminal) -> None:
    reporter = BarsReporter(wide.stream(), "m", Clock())
    with reporter:
        reporter.report(Status("pulling manifest"))
        for _ in range(1000):
            if "pulling manifest" in wide.text():
                break
            threading.Event().wait(0.01)
        assert wide.lines() == ["m", "  pulling manifest"]


def test_events_draw_nothing_by_themselves(wide: Terminal) -> None:
    reporter = BarsReporter(wide.stream(), "m", Clock())
    for n in range(1000):
        reporter.report(ChunkProgress(DIGEST, TOTAL, n))
    assert wide.lines() == []


def test_one_line_is_left_after_success(wide: Terminal) -> None:
    clock = Clock()

    def events() -> Iterator[PullEvent]:
        yield from pulling(clock)
        clock.now += 11
        yield Success()

    follow(events(), BarsReporter(wide.stream(), "llama3:8b", clock))
    assert wide.lines() == ["pulled llama3:8b  4.7 GB in 1m12s"]
    assert (wide.screen().cursor.y, wide.screen().cursor.x) == (1, 0)
    assert not wide.screen().cursor.hidden


@pytest.mark.parametrize(
    ("error", "how"),
    [
        (KeyboardInterrupt(), "interrupted at {}: run the same command again to resume"),
        (ValueError("bug"), "stopped at {}"),
    ],
)
def test_the_terminal_is_clean_after_a_failure(
    wide: Terminal, error: BaseException, how: str
) -> None:
    clock = Clock()

    def events() -> Iterator[PullEvent]:
        yield from pulling(clock)
        raise error

    with pytest.raises(type(error)):
        follow(events(), BarsReporter(wide.stream(), "m", clock))
    line = f"note: pull of m {how.format('40 % (1.9/4.7 GB so far)')}"
    assert " ".join(wide.lines()) == line  # no word is broken at the edge
    assert not wide.screen().cursor.hidden


def test_an_error_before_any_byte_leaves_nothing(wide: Terminal) -> None:
    with pytest.raises(Exception, match="pull failed"):
        follow([Status("pulling manifest"), Error("no")], BarsReporter(wide.stream(), "m"))
    assert wide.lines() == []
    assert not wide.screen().cursor.hidden
