"""Signals while a line is open: each comes between two steps, and the terminal is given back."""

import os
import signal
from collections.abc import Iterator
from itertools import permutations
from types import FrameType

import pytest
from desks import ENTER, Desk
from first_signals import NUMBERS, as_a_shell_starts_it

from ollama_cli.system import signals
from ollama_cli.ui import motion


@pytest.fixture(autouse=True)
def _as_a_shell_starts_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with as_a_shell_starts_it(monkeypatch):
        yield


def send(*numbers: int) -> None:
    for number in numbers:
        os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    "numbers", [(n,) for n in NUMBERS[1:]] + [*permutations(NUMBERS, 2)] + [*permutations(NUMBERS)]
)
def test_whichever_come_together_one_that_ends_it_does(numbers: tuple[int, ...]) -> None:
    with Desk() as desk:

        def work() -> int:
            desk.meet("text", lambda: send(*numbers))
            desk.read(text="text")
            return 0

        assert signals.watched(work) in {128 + number for number in numbers if number != 2}
        assert desk.shown[:1] == [">>> text"] or signal.SIGINT in numbers
        assert desk.screen.cursor.x == 0
        assert motion._STATE.moving == []
        assert signals._STATE.shields == 0


def test_ctrl_c_from_elsewhere_clears_the_line_each_time() -> None:
    with Desk() as desk:

        def work() -> int:
            desk.meet("one", interrupt)
            assert desk.read(text="one").text == "two"
            return 7

        def interrupt() -> None:
            send(signal.SIGINT)
            desk.meet(">>>  ", again)

        def again() -> None:
            desk.meet("note: Ctrl-D or /exit leaves", lambda: desk.type("two", ENTER))
            send(signal.SIGINT)

        assert signals.watched(work) == 7
        assert desk.shown == ["note: Ctrl-D or /exit leaves", ">>> two"]


def test_what_stops_it_removes_the_line_and_shows_it_again() -> None:
    with Desk() as desk:

        def stop(number: int, frame: FrameType | None) -> None:
            if signals.is_held_back(number, frame):
                return
            with motion._STATE.moving[-1].suspended(), desk.quiet.suspended():
                desk.out.line("the shell")

        def go_on() -> None:
            desk.meet("the shell", lambda: desk.meet(">>> one", lambda: desk.type(" two", ENTER)))
            send(signal.SIGUSR1)

        before = signal.signal(signal.SIGUSR1, stop)
        try:
            desk.meet("one", go_on)
            assert desk.read(text="one").text == "one two"
        finally:
            signal.signal(signal.SIGUSR1, before)
        assert desk.shown == ["the shell", ">>> one two"]


def test_after_a_stop_that_gave_no_notice_the_line_is_shown_below() -> None:
    with Desk() as desk:

        def go_on() -> None:
            desk.type(" two")
            send(signal.SIGUSR1)

        def renew(number: int, frame: FrameType | None) -> None:
            if not signals.is_held_back(number, frame):
                motion._STATE.moving[-1].renew()

        before = signal.signal(signal.SIGUSR1, renew)
        try:
            desk.meet("one", go_on)
            desk.meet("one two", lambda: desk.type(ENTER))
            assert desk.read(text="one").text == "one two"
        finally:
            signal.signal(signal.SIGUSR1, before)
