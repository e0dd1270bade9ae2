"""What moves gives the terminal back: when it stops, when it ends, and when a signal came between.

How it looks to a user, with a shell and its keys, stands in tests/process.
"""

import io
import os
import pty
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from screens import Screen

from ollama_cli.errors import OutputError, UsageError
from ollama_cli.types.pull_events import ChunkProgress
from ollama_cli.ui import motion
from ollama_cli.ui.answers.thinking import ThinkingDisplay
from ollama_cli.ui.markdown.page import MarkdownPage
from ollama_cli.ui.progress.bars import BarsReporter, Board
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.spinner import Spinner
from ollama_cli.ui.streams import InStream, OutStream

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture(autouse=True)
def _nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motion, "_STATE", motion._State())


def bars() -> tuple[io.StringIO, Board]:
    file = io.StringIO()
    stream = OutStream(file, is_terminal=True, motion=True, fixed_width=80)
    shared = Board(stream, tab_progress=True)
    reporter = BarsReporter(stream, "m", board=shared)
    reporter.__enter__()
    reporter.report(ChunkProgress("a", 100, 10))
    reporter.refresh()
    return file, shared


def test_while_bars_are_suspended_the_cursor_is_there_and_nothing_is_drawn() -> None:
    file, shared = bars()
    with shared.suspended():
        before = file.getvalue()
        assert before.rindex(SHOW) > before.rindex(HIDE)
        assert before.rindex("\x1b]9;4;0;0") > before.rindex("\x1b]9;4;1")
        shared.refresh()
        assert file.getvalue() == before
    after = file.getvalue()[len(before) :]
    assert HIDE in after
    assert "10 %" in after
    shared.close()
    assert file.getvalue().endswith(SHOW + "\x1b]9;4;0;0\x1b\\")


def test_bars_that_were_not_asked_go_on_below_what_others_wrote() -> None:
    file, shared = bars()
    before = file.getvalue()
    shared.renew()
    assert file.getvalue()[len(before) :].startswith(f"{HIDE}\n")
    shared.close()


def test_bars_wait_until_the_terminal_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = threading.Event()
    monkeypatch.setattr(OutStream, "is_foreground", False)
    file, shared = bars()
    assert file.getvalue() == ""
    monkeypatch.setattr(OutStream, "is_foreground", True)
    monkeypatch.setattr(file, "flush", drawn.set)
    assert drawn.wait(10)
    shared.close()
    assert "10 %" in file.getvalue()


def test_what_a_signal_left_is_cleared_at_the_end() -> None:
    file, shared = bars()
    motion.end()
    assert file.getvalue().rindex(SHOW) > file.getvalue().rindex(HIDE)
    shown = file.getvalue()
    motion.end()
    shared.close()
    assert HIDE not in file.getvalue()[len(shown) :]


def test_at_the_end_the_terminal_may_be_gone() -> None:
    class Gone:
        closed = 0

        @contextmanager
        def suspended(self) -> Iterator[None]:
            yield

        def renew(self) -> None:
            raise NotImplementedError

        def close(self) -> None:
            self.closed += 1
            raise OutputError("input/output error")

    gone = [Gone(), Gone()]
    for each in gone:
        motion.begin(each)
    motion.end()
    assert [each.closed for each in gone] == [1, 1]


def test_a_spinner_leaves_its_line_while_it_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama_cli.ui.spinner._DELAY", 0.0)
    screen = Screen()
    with Spinner(screen, "loading m") as spinner:
        while not screen.lines:
            pass
        with spinner.suspended():
            assert screen.lines == []
            writes = len(screen.writes)
            threading.Event().wait(0.2)
            assert len(screen.writes) == writes
        while not screen.lines:
            pass
    assert screen.lines == []


@pytest.mark.parametrize("again", [False, True])
def test_a_question_is_asked_again_after_a_stop(again: bool) -> None:
    screen = Screen()

    class Answer(io.BytesIO):
        def readline(self, _: int | None = -1) -> bytes:
            (question,) = motion._STATE.moving
            if again:
                with question.suspended():
                    pass
            return b"y\n"

    prompter = Prompter(screen, InStream(Answer(), is_terminal=True))
    assert prompter.confirm("sure?", flag="--yes")
    assert screen.raw == "sure? [y/N] " * (1 + again)
    assert motion._STATE.moving == []


def test_a_terminal_that_cannot_be_read_asks_nobody() -> None:
    class Orphan(io.BytesIO):
        def readline(self, _: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    prompter = Prompter(Screen(), InStream(Orphan(), is_terminal=True))
    with pytest.raises(UsageError, match="nobody to ask: the terminal says input/output error"):
        prompter.confirm("sure?", flag="--yes")
    assert motion._STATE.moving == []


def test_a_terminal_without_job_control_is_ours() -> None:
    assert Screen().is_foreground
    master, slave = pty.openpty()
    with os.fdopen(master, "wb"), os.fdopen(slave, "w") as file:
        assert OutStream(file, is_terminal=True).is_foreground


def test_rows_of_an_answer_are_not_cleared_once_others_wrote_below_them() -> None:
    screen = Screen()
    page = MarkdownPage(screen)
    page.add("**one** two")
    motion._STATE.stops += 1
    screen.write("\nsh> fg\n")
    page.add(" three\n\n**four**")
    page.end(complete=True)
    assert screen.lines == ["**one** two", "sh> fg", " three", "four"]


@pytest.mark.parametrize("stops", [0, 1])
def test_thinking_is_not_folded_once_others_wrote_below_it(stops: int) -> None:
    screen = Screen()
    thinking = ThinkingDisplay(screen, folds=True)
    thinking.add("let me see")
    motion._STATE.stops += stops
    screen.write("\nsh> fg\n" * stops)
    thinking.end()
    before = ["let me see", "sh> fg"] * stops
    assert screen.lines == [*before, "thought for 1 s"]
