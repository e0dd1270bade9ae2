"""The board that all bars stand on: it gives the terminal back, and its percentage never falls."""

import io
import re

import pytest

from ollama_cli.types.pull_events import ChunkProgress, Success
from ollama_cli.ui.progress.bars import BarsReporter, Board
from ollama_cli.ui.streams import OutStream

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
CLEARED = "\x1b]9;4;0;0\x1b\\"


class Interrupted(io.StringIO):
    """A terminal at which Ctrl-C comes while the cursor is given back, as often as it is told."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def write(self, text: str) -> int:
        if SHOW in text and self._times:
            self._times -= 1
            raise KeyboardInterrupt
        return super().write(text)


def board(file: io.StringIO, *, count: int = 1) -> tuple[OutStream, Board]:
    stream = OutStream(file, is_terminal=True, motion=True, fixed_width=80)
    return stream, Board(stream, tab_progress=True, count=count)


@pytest.mark.parametrize("times", [0, 1])
def test_a_signal_while_the_terminal_is_given_back(times: int) -> None:
    file = Interrupted(times)
    stream, shared = board(file)
    reporter = BarsReporter(stream, "m", board=shared)
    reporter.__enter__()
    reporter.report(ChunkProgress("a", 100, 10))
    reporter.refresh()
    for _ in range(times):
        with pytest.raises(KeyboardInterrupt):
            shared.close()
    shared.close()
    shared.close()
    shown = file.getvalue()
    assert shown.rindex(SHOW) > shown.rindex(HIDE)
    assert shown.count(CLEARED) == 1
    reporter.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert HIDE not in file.getvalue()[len(shown) :]


def test_the_tab_shows_all_pulls_of_a_command_and_never_falls() -> None:
    file = io.StringIO()
    stream, shared = board(file, count=4)
    for model in ("a", "b", "c", "d"):
        with BarsReporter(stream, model, board=shared) as reporter:
            for completed in (0, 40, 80):
                reporter.report(ChunkProgress(model, 100, completed))
                reporter.refresh()
            reporter.report(Success())
    percentages = [int(each) for each in re.findall(r"\x1b]9;4;1;(\d+)", file.getvalue())]
    assert percentages == sorted(percentages)
    assert {10, 35, 60, 95} <= set(percentages)
