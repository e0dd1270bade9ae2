"""A spinner is as wide as it may be, and passes on what is with_spinner."""

from collections.abc import Iterator

import pytest
from screens import Screen
from waits import until

from ollama_cli.ui.spinner import Spinner, while_empty, with_lines, with_spinner


def test_what_is_awaited_is_passed_on() -> None:
    screen = Screen()
    assert list(with_spinner([1, 2, 3], screen, "x")) == [1, 2, 3]
    assert list(with_spinner([], screen, "x")) == []
    assert screen.raw == "", "what comes at once shows no spinner"


def test_bursts_that_hold_nothing_are_waited_for() -> None:
    screen = Screen()

    def bursts() -> Iterator[list[int]]:
        yield [1]
        yield []
        until(lambda: "m answers" in screen.raw)
        yield []
        yield [2, 3]
        yield []
        yield []

    shown = while_empty(bursts(), screen, "m answers")
    assert next(shown) == [1]
    assert screen.raw == ""
    assert next(shown) == [2, 3]
    assert screen.raw.endswith("\r\x1b[K")  # cleared before anything else is shown
    assert list(shown) == []
    assert list(while_empty([], screen, "x")) == []


def test_an_error_of_what_is_awaited_passes() -> None:
    def broken() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(with_spinner(iter(broken, 1), Screen(), "x"))


@pytest.mark.parametrize(
    ("label", "columns", "seconds", "shown"),
    [
        ("loading m", 80, 0.4, "⠋ loading m …"),
        ("loading m", 80, 14.9, "⠋ loading m … 14 s"),
        ("loading a-long-name", 20, 75.0, "⠋ loading a … 1m15s"),
        ("模型模型模型", 16, 3.0, "⠋ 模型模 … 3 s"),
        ("\x1b[2J\n", 80, 0.0, "⠋ \\x1b[2J …"),
    ],
)
def test_a_frame_fits_the_terminal(label: str, columns: int, seconds: float, shown: str) -> None:
    assert Spinner(Screen(columns), label).frame(0, seconds) == shown


def test_where_there_is_no_unicode_it_is_ascii() -> None:
    screen = Screen()
    screen.unicode = False
    frames = [Spinner(screen, "m").frame(turn, 2.0) for turn in range(4)]
    assert frames == ["| m ... 2 s", "/ m ... 2 s", "- m ... 2 s", "\\ m ... 2 s"]


def test_where_nothing_may_move_a_line_tells_now_and_then() -> None:
    screen = Screen()

    def slow() -> Iterator[int]:
        until(lambda: screen.raw.count("\n") > 1)
        yield from (1, 2)

    items = with_lines(slow(), screen, "waiting for \x1bm", every=0.01)
    assert next(items) == 1
    told = screen.raw
    assert told.startswith("waiting for \\x1bm: 0 ms\nwaiting for \\x1bm: 0 ms\n")
    assert list(items) == [2]
    assert screen.raw == told


def test_a_short_wait_is_not_told_and_an_error_passes() -> None:
    screen = Screen()
    assert list(with_lines([1, 2], screen, "x")) == [1, 2]
    assert list(with_lines([], screen, "x")) == []

    def broken() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(with_lines(iter(broken, 1), screen, "x"))
    assert screen.raw == ""
