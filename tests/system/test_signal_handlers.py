"""Signals: the first one decides, none comes in between, and what was ignored stays so."""

import operator
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from first_signals import NUMBERS, as_a_shell_starts_it
from shell import python

from ollama_cli.errors import InterruptError
from ollama_cli.system import sentinel, signals
from ollama_cli.system.signals import EXPOSURE, SHIELD

PAIRS = [(first, second) for first in NUMBERS for second in NUMBERS]
INTERRUPTS = (KeyboardInterrupt, InterruptError)


@pytest.fixture(autouse=True)
def _as_a_shell_starts_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with as_a_shell_starts_it(monkeypatch):
        yield


def raising(*numbers: int, code: int = 0) -> Callable[[], int]:
    def work() -> int:
        try:
            signal.raise_signal(numbers[0])
        finally:
            for number in numbers[1:]:
                signal.raise_signal(number)
        return code

    return work


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_first_one_decides(first: int, second: int) -> None:
    assert signals.watched(raising(first, second)) == 128 + first


def test_an_exposure_lets_signals_end_the_process_and_ends_itself() -> None:
    def work() -> int:
        ours = signal.getsignal(signal.SIGTERM)
        with EXPOSURE:
            inside = signal.getsignal(signal.SIGTERM)
        with SHIELD, EXPOSURE:
            shielded = signal.getsignal(signal.SIGTERM)
        assert (inside, shielded) == (signal.SIG_DFL, ours)
        assert signal.getsignal(signal.SIGTERM) == ours
        try:
            signal.raise_signal(signal.SIGTERM)
        except INTERRUPTS:
            with EXPOSURE:
                assert signal.getsignal(signal.SIGTERM) == ours
        return 0

    assert signals.watched(work) == 143


def test_what_is_raised_while_it_cleans_up_decides_nothing() -> None:
    def work() -> int:
        try:
            signal.raise_signal(signal.SIGHUP)
        except INTERRUPTS:
            assert signals.has_come()
            return 1  # as the terminal is gone, too
        return 0

    assert signals.watched(work) == 129


def test_a_ctrl_c_right_behind_another_is_seen_to_too() -> None:
    looked: list[int] = []

    def work() -> int:
        watch = signals._STATE.sentinel
        assert watch
        signal.signal(signal.SIGURG, lambda number, _: looked.append(number))
        watch.acted(signal.SIGINT)
        os.write(watch._writer, bytes([signal.SIGINT]))  # the second came where nothing looks
        end = time.monotonic() + 10
        while not looked and time.monotonic() < end:
            time.sleep(0.001)
        return 7

    assert signals.watched(work) == 7
    assert set(looked) == {signal.SIGURG}


def test_what_comes_after_the_end_changes_nothing() -> None:
    assert signals.watched(lambda: 7) == 7
    for number in NUMBERS:
        signal.raise_signal(number)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_was_ignored_stays_ignored(number: int) -> None:
    signal.signal(number, signal.SIG_IGN)
    assert signals.watched(raising(number, code=7)) == 7
    assert signal.getsignal(number) is signal.SIG_IGN


def test_a_shield_is_whole() -> None:
    steps: list[str] = []

    def work() -> int:
        with SHIELD:
            with SHIELD:
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGINT)
                steps.append("inner")
            steps.append("outer")
        steps.append("behind")
        return 0

    assert signals.watched(work) == 143
    assert steps == ["inner", "outer"]


def test_signals_come_in_the_gaps_of_a_shield() -> None:
    steps: list[str] = []

    def wait(number: int) -> None:
        steps.append("waits")
        signal.raise_signal(number)
        steps.append("never")

    def work() -> int:
        with SHIELD:
            signal.raise_signal(signal.SIGINT)
            steps.append("first")
            with pytest.raises(KeyboardInterrupt):
                signals.let_in(lambda: steps.append("never"))
            signals.go_on()
            for number, kind in (
                (signal.SIGINT, KeyboardInterrupt),
                (signal.SIGHUP, BaseException),
            ):
                with SHIELD, pytest.raises(kind):
                    signals.let_in(partial(wait, number))
                if number == signal.SIGINT:
                    signals.go_on()
            signal.raise_signal(signal.SIGINT)
            steps.append("last")
        assert signals.let_in(lambda: 7) == 7
        signals.raise_again()
        return 0

    assert signals.watched(work) == 129
    assert steps == ["first", "waits", "waits", "last"]
    assert signals._STATE.shields == 0


def test_a_ctrl_c_on_which_nobody_acts_may_be_outlived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentinel, "PATIENCE", 0.02)
    ends: list[int] = []
    monkeypatch.setattr(os, "_exit", ends.append)

    def work() -> int:
        signals.outlive_ctrl_c()
        acts: list[str] = []
        signals.at_worst(lambda: acts.append("the terminal is given back"))
        with SHIELD:
            signal.raise_signal(signal.SIGINT)
            watch = signals._STATE.sentinel
            assert watch is not None
            watch._see_to(signal.SIGINT)  # it gives up, where it would go on to the end
            assert (ends, acts) == ([], [])
            with pytest.raises(KeyboardInterrupt):
                signals.let_in(lambda: None)
            signals.go_on()
        return 0

    assert signals.watched(work) == 0


@pytest.mark.parametrize(
    ("numbers", "code"), [([signal.SIGINT], 7), ([signal.SIGINT, signal.SIGTERM], 143)]
)
def test_a_ctrl_c_that_came_too_late_is_forgotten(numbers: list[int], code: int) -> None:
    def work() -> int:
        with SHIELD:
            for number in numbers:
                signal.raise_signal(number)
            signals.forget_ctrl_c()
        return 7

    assert signals.watched(work) == code


def test_a_shield_of_another_thread_is_none_of_the_main_one() -> None:
    entered, left = threading.Event(), threading.Event()

    def shield() -> None:
        with SHIELD:
            entered.set()
            left.wait(10)

    thread = threading.Thread(target=shield)
    thread.start()
    entered.wait(10)
    assert signals.watched(raising(signal.SIGTERM)) == 143
    left.set()
    thread.join()


def test_a_conversation_goes_on_after_ctrl_c_but_not_after_what_came_with_it() -> None:
    def work() -> int:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                raising(signal.SIGINT, signal.SIGINT)()
            signals.go_on()
            assert not signals.has_come()
        with pytest.raises(KeyboardInterrupt):
            raising(signal.SIGINT, signal.SIGHUP)()
        signals.go_on()
        return 0

    assert signals.watched(work) == 129


def interrupting(lock: Any) -> Any:
    """A lock at which a signal comes when it is just taken, seen by who takes it: all of it is C.

    So the handler is called with the frame that stands between the lock and its owner.
    """
    steps = [lock.__enter__, partial(signal.raise_signal, signal.SIGTERM)]
    enter: Any = partial(list, map(operator.call, steps))
    return SimpleNamespace(
        acquire=lock.acquire,
        release=lock.release,
        locked=lock.locked,
        __enter__=enter,
        __exit__=lock.__exit__,
    )


def test_no_lock_of_an_event_is_left_taken() -> None:
    lock, event = threading.Lock(), threading.Event()
    vars(event)["_cond"] = threading.Condition(interrupting(lock))

    def work() -> int:
        event.set()
        threading.Event().wait(10)
        return 0

    assert signals.watched(work) == 143
    assert event.is_set()
    assert not lock.locked()


def test_no_lock_of_a_block_is_left_taken() -> None:
    lock = threading.Lock()
    enter = staticmethod(interrupting(lock).__enter__)
    kind: Any = type("Lock", (), {"__enter__": enter, "__exit__": lock.__exit__})

    def work() -> int:
        with kind():
            pass
        threading.Event().wait(10)
        return 0

    assert signals.watched(work) == 143
    if sys.version_info >= (3, 14):  # before that, the call and the block are one step
        assert not lock.locked()


def test_who_waits_for_a_lock_is_interrupted() -> None:
    def work() -> int:
        main = threading.main_thread().ident
        assert main is not None
        timer = threading.Timer(0.05, signal.pthread_kill, [main, signal.SIGTERM])
        timer.start()
        threading.Event().wait(10)
        return 0

    assert signals.watched(work) == 143


@pytest.mark.parametrize("number", NUMBERS)
def test_what_a_finalizer_loses_is_raised_again(number: int) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(number)

    def work() -> int:
        Finalized()
        threading.Event().wait(10)
        return 0

    assert signals.watched(work) == 128 + number


def test_other_errors_of_finalizers_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    class Finalized:
        def __del__(self) -> None:
            raise ValueError("a bug")

    def work() -> int:
        Finalized()
        return 0

    assert signals.watched(work) == 0
    assert "ValueError: a bug" in capsys.readouterr().err


def test_who_cannot_clean_up_is_ended() -> None:
    code = (
        "import signal, threading; from ollama_cli.system import sentinel, signals\n"
        "sentinel.PATIENCE = 0.1\n"
        "def work():\n"
        "    signals.outlive_ctrl_c()\n"
        "    signals.at_worst(lambda: print('last', flush=True))\n"
        "    try: signal.raise_signal(signal.SIGHUP)\n"
        "    finally: threading.Event().wait()\n"
        "signals.watched(work)"
    )
    result = python(code)
    assert (result.code, result.out, result.err) == (129, "last\n", "")


def test_a_library_on_a_thread_leaves_signals_alone() -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(signals.watched(lambda: 7)))
    thread.start()
    thread.join()
    assert found == [7]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_the_main_thread_was_told_and_lost_is_told_again() -> None:
    def work() -> int:
        for _ in range(2):
            try:
                raising(signal.SIGTERM)()
            except InterruptError:
                signals.go_on()  # as if it had been a Ctrl-C
        threading.Event().wait(10)
        return 0

    assert signals.watched(work) == 143
