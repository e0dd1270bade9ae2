"""A time limit for a whole question: any other timeout starts anew with every byte that arrives."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

from ollama_cli.errors import TimedOutError
from ollama_cli.types import threads

T = TypeVar("T")
# A server that said nothing at all ends by its own timeout: that error says more.
_GRACE: Final = 0.05
_LEAST: Final = 0.001
_HINT: Final = "wait longer with `--timeout SECONDS` (0 waits for ever)"


class _Connection(Protocol):
    live_socket: socket.socket | None


class _Current(threading.local):
    question: "_Question[object] | None" = None


class _Question(Generic[T]):
    """Work on a thread of its own: nothing else ends the look-up of a name, or a handshake."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._answers: list[T] = []
        self._errors: list[BaseException] = []
        self.is_over = False
        self.connection: _Connection | None = None

    def run(self) -> None:
        _CURRENT.question = self  # type: ignore[assignment]  # what it answers does not matter there
        try:
            answer = self._work()
        except BaseException as error:  # noqa: BLE001  raised again by the thread that waits for it
            self._errors.append(error)
            return
        with self._lock:
            if not self.is_over:
                self._answers.append(answer)
                return
        close = getattr(answer, "close", None)  # nobody waits for it any more
        if close:
            close()

    def answer(self) -> T:
        """Return what came of the work, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self._answers[0]

    @property
    def error(self) -> BaseException | None:
        """Return what the work raised, None if it has raised nothing yet."""
        return self._errors[0] if self._errors else None

    def give_up(self) -> bool:
        """Close the connection and send nothing more; return False if the answer has just come."""
        with self._lock:
            if self._answers:
                return False
            self.is_over = True
        live = self.connection.live_socket if self.connection else None
        if live is not None:
            with suppress(OSError):
                live.shutdown(socket.SHUT_RDWR)
        return True


_CURRENT = _Current()


class Background:
    """Work on a thread that nobody waits for, and that can be given up."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._question = _Question(work)
        self._thread = threads.start(self._question.run)

    @property
    def is_over(self) -> bool:
        """Return whether the thread has ended."""
        return not self._thread.is_alive()

    @property
    def error(self) -> BaseException | None:
        """Return what the work raised; None while it lasts, if it went well or was given up."""
        return None if self._question.is_over else self._question.error

    def give_up(self) -> None:
        """Close the connection that the work waits at, and have it send nothing more."""
        self._question.give_up()


class Allowance:
    """The time for several questions in all: `seconds` from now on; 0 is no limit."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Return how many seconds are left, more than none; 0 for no limit."""
        return max(self._end - time.monotonic(), _LEAST) if self.seconds else 0.0


def limited(
    seconds: float,
    root: str,
    work: Callable[[], T],
    name: str = "server",
    *,
    told: float | None = None,
) -> T:
    """Do the work within `seconds` in all: look-up, connection, retries, the last byte of it.

    Raises TimedOutError when the time is over, and what the work raises; 0 is no limit. A limit
    within another one counts as well. `told` are the seconds that the error names.
    """
    if not seconds:
        return work()
    question = _Question(work)
    thread = threads.start(question.run)
    try:
        thread.join(seconds)
        if thread.is_alive():
            thread.join(_GRACE)
    except BaseException:  # the user does not wait any longer
        question.give_up()
        raise
    if thread.is_alive() and question.give_up():
        raise TimedOutError(
            f"the {name}",
            address=root,
            rest=f" did not answer in full within {told or seconds:g} s",
            hint=None if name != "server" else _HINT,
        )
    return question.answer()


def is_limited() -> bool:
    """Return whether the time of this thread's question is limited in all."""
    return _CURRENT.question is not None


def refuse_late() -> None:
    """Raise TimedOutError if nobody waits any more for what this thread is about to send."""
    if _CURRENT.question and _CURRENT.question.is_over:
        raise TimedOutError("the time is over")


def watch_connection(connection: _Connection) -> None:
    """Let the limit of this thread's question, if any, close the connection that it is sent on."""
    refuse_late()
    if _CURRENT.question:
        _CURRENT.question.connection = connection
