"""Reporters on the streams of other programs: a text file, a terminal, a logger."""

import fcntl
import io
import logging
import os
import struct
import termios
import threading
import tty
from collections.abc import Iterator
from typing import Any

import pyte
import pytest
from shell import PATIENCE

from ollama_cli import (
    BarsReporter,
    ChunkProgress,
    JsonLinesReporter,
    LinesReporter,
    LoggingReporter,
    OutputError,
    PullProgressReporter,
    Status,
    Success,
    choose,
    follow,
)
from ollama_cli.types.pull_events import PullEvent, Restart
from ollama_cli.ui import motion

EVENTS: list[PullEvent] = [ChunkProgress("sha256:a", 100, 100), Success()]


@pytest.mark.parametrize("kind", [BarsReporter, LinesReporter, JsonLinesReporter])
def test_a_text_file_is_enough(kind: type[LinesReporter]) -> None:
    file = io.StringIO()
    reporter: PullProgressReporter = kind(file, model="m")
    follow(EVENTS, reporter)
    assert "100" in file.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("kind", [BarsReporter, LinesReporter, JsonLinesReporter])
def test_a_name_that_a_file_cannot_hold_ends_no_pull(
    kind: type[LinesReporter], encoding: str
) -> None:
    data = io.BytesIO()
    file = io.TextIOWrapper(data, encoding=encoding)
    follow([Status("pulling \ud800 模型"), *EVENTS], kind(file, model="模型 \ud800"))
    assert b"100" in data.getvalue()
    assert file.errors == "strict"  # it stays as its owner made it


@pytest.mark.parametrize("is_terminal", [None, False, True])
@pytest.mark.parametrize("mode", ["auto", "plain"])
def test_something_that_only_writes_is_enough(mode: str, is_terminal: bool | None) -> None:
    class Writer:
        said = ""

        def write(self, text: str) -> None:
            self.said += text

        def flush(self) -> None: ...

    writer: Any = Writer()
    if is_terminal is not None:  # as with what copies to a terminal and to a file
        writer.isatty = lambda: is_terminal
    follow(EVENTS, choose(mode, writer, "m"))
    assert "m is up to date" in writer.said


@pytest.mark.parametrize("error", [OSError(5, "gone"), ValueError("closed")])
def test_a_terminal_that_fails_in_the_middle_is_told_once(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails, is_drawn = threading.Event(), threading.Event()
    told: list[object] = []
    monkeypatch.setattr("threading.excepthook", told.append)
    monkeypatch.setenv("TERM", "xterm")

    class Failing(io.StringIO):
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            if fails.is_set():
                if threading.current_thread() is not threading.main_thread():
                    is_drawn.set()
                raise error
            return super().write(text)

    def watch() -> None:
        before = threading.enumerate()
        with BarsReporter(Failing(), "m") as reporter:
            [drawing] = set(threading.enumerate()) - set(before)
            fails.set()
            assert is_drawn.wait(PATIENCE)
            drawing.join(PATIENCE)
            follow(EVENTS, reporter)

    with pytest.raises((OutputError, ValueError)):
        watch()
    assert told == []
    assert motion._STATE.moving == []


@pytest.mark.parametrize("mode", ["auto", "bar", "plain", "json"])
def test_a_program_without_a_console_shows_nothing(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    monkeypatch.setattr("sys.stdout", None)
    follow(EVENTS, choose(mode))


def test_what_a_stream_can_show_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    leader, follower = os.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as terminal:
        assert type(choose("auto", terminal)) is BarsReporter
        monkeypatch.setenv("TERM", "dumb")
        assert type(choose("auto", terminal)) is LinesReporter
        assert terminal.newlines is None  # it stays as its owner made it
    os.close(leader)
    assert type(choose("auto", io.StringIO())) is LinesReporter


def test_pulls_at_once_are_drawn_one_below_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = pyte.Screen(60, 10)
    leader, follower = os.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as terminal:
        tty.setraw(terminal)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 60, 0, 0))
        with choose("auto", terminal, "one") as one, choose("auto", terminal, "two") as two:
            for event in EVENTS:
                for each in (one, two):
                    assert isinstance(each, BarsReporter)
                    each.report(event)
                    each.refresh()
        data = b""
        while data.count(b"100 B\n") < 2:  # the lines that stay; none of a frame ends so
            data += os.read(leader, 65536)
    os.close(leader)
    pyte.ByteStream(screen).feed(data.replace(b"\n", b"\r\n"))
    lines = [line.rstrip() for line in screen.display if line.strip()]
    assert lines == ["two is up to date  100 B", "one is up to date  100 B"]


def test_without_a_stream_json_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    follow(EVENTS, choose("json"))
    assert capsys.readouterr().out.startswith('{"schema"')
    follow(EVENTS, choose())
    assert "\nthe model is up to date" in capsys.readouterr().err


def test_a_logger_gets_records(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    follow([*EVENTS[:1], Restart(1, "the server fell silent", 0.5), Success()], LoggingReporter())
    levels = [record.levelname for record in caplog.records]
    assert levels.count("WARNING") == 1
    assert "the server fell silent" in caplog.text
    assert {record.name for record in caplog.records} == {"ollama_cli.pull"}


def test_a_pull_that_ends_early_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    own = logging.getLogger("own")

    def interrupted() -> Iterator[PullEvent]:
        yield ChunkProgress("sha256:a", 100, 50)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(interrupted(), LoggingReporter(own, "m"))
    last = caplog.records[-1]
    assert (last.name, last.levelname) == ("own", "WARNING")
    assert "pull of m interrupted at 50 %" in last.getMessage()
