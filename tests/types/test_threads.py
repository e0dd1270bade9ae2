"""Threads of ours take no signals: each one reaches the main thread."""

import signal

from ollama_cli.types import threads

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP}


def masked() -> set[int]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, []))


def test_a_thread_takes_no_signal_and_the_main_one_still_does() -> None:
    before = masked()
    found: list[set[int]] = []
    for thread in (
        threads.start(lambda: found.append(masked())),
        threads.start_later(0, lambda: found.append(masked())),
    ):
        assert thread.daemon
        thread.join()
    assert [each >= SIGNALS for each in found] == [True, True]
    assert masked() == before


def test_a_timer_that_is_cancelled_does_nothing() -> None:
    did: list[int] = []
    timer = threads.start_later(60, lambda: did.append(1))
    timer.cancel()
    timer.join()
    assert did == []


def test_what_a_thread_starts_can_be_stopped() -> None:
    found: list[set[int]] = []

    def work() -> None:
        with threads.signals_let_through():
            found.append(masked())
        found.append(masked())

    threads.start(work).join()
    assert not found[0] & SIGNALS
    assert found[1] >= SIGNALS


def test_the_main_thread_passes_on_what_it_was_given() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    try:
        with threads.signals_let_through():
            assert signal.SIGHUP in masked()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
