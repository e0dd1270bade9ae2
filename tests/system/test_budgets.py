"""A budget of time: what never ends is stopped, and nothing else is."""

import re
import signal
import threading

import pytest

from ollama_cli.system import budgets

ENDLESS = re.compile("^(a+)+$")
has_timers = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")


@has_timers
def test_a_pattern_that_never_ends_is_stopped() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(budgets.OutOfTimeError), budgets.at_most(0.01):
        ENDLESS.search("a" * 60 + "!")
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


@has_timers
def test_what_ends_in_time_is_left_alone() -> None:
    with budgets.at_most(60):
        assert ENDLESS.search("aaa")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_beside_the_main_thread_nothing_is_stopped() -> None:
    found: list[bool] = []

    def work() -> None:
        with budgets.at_most(0.001):
            found.append(bool(ENDLESS.search("a" * 18 + "!")))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]
