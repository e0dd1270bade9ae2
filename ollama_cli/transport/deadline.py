"""A time limit for a whole question: any other timeout starts anew with every byte that arrives."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Generic, Protocol, TypeVar

from ollama_cli.errors import TimedOutError
from ollama_cli.types import threads

T = TypeVar("T")
# A server that said nothing at all ends by its own timeout: that error says more.
_GRACE: Final = 0.05
_LEAST: Final = 0.001
_HINT: Final = "wait longer with `--timeout SECONDS` (0 waits for ever)"


class Watched(Protocol):
    """A connection, whose socket is known once it is made, and the question that it serves now."""

    live_socket: socket.socket | None
    watch: "Watch | None"


class _Current(threading.local):
    watch: "Watch | None" = None


class Watch:
    """What a thread asks a server within `entered`, which any other thread may end."""

    limits = False

    def __init__(self, outer: "Watch | None" = None) -> None:
        self._outer = outer
        self._lock = threading.Lock()
        self._has_ended = False
        self._connection: Watched | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Watch what this thread asks within the block, also for the watch around it."""
        before = _CURRENT.watch
        self._outer = self._outer or before
        _CURRENT.watch = self
        try:
            yield
        finally:
            _CURRENT.watch = before

    @property
    def is_over(self) -> bool:
        """Return whether nothing is to be sent any more."""
        return any(each._has_ended for each in self._around())  # noqa: SLF001  of this class

    @property
    def is_limited(self) -> bool:
        """Return whether its time, or that of a watch around it, is limited in all."""
        return any(each.limits for each in self._around())

    def follow(self, connection: Watched) -> None:
        """Note on which connection it waits now; TimedOutError if it is over."""
        for each in self._around():
            with each._lock:  # noqa: SLF001  of this class
                if each._has_ended:  # noqa: SLF001  likewise
                    raise TimedOutError("the time is over")
                each._connection = connection  # noqa: SLF001  likewise
        connection.watch = self

    def release(self, connection: Watched) -> None:
        """Note that a connection is for others again."""
        for each in self._around():
            with each._lock:  # noqa: SLF001  of this class
                if each._connection is connection:  # noqa: SLF001  likewise
                    each._connection = None  # noqa: SLF001  likewise

    def end(self) -> None:
        """Close the connection that it waits on, if any, and let nothing more be sent."""
        with self._lock:
            self._has_ended = True
            live = self._connection.live_socket if self._connection else None
            if live is not None:
                with suppress(OSError):
                    live.shutdown(socket.SHUT_RDWR)

    def _around(self) -> "Iterator[Watch]":
        each: Watch | None = self
        while each is not None:
            yield each
            each = each._outer  # noqa: SLF001  of this class


class _Limit(Watch):
    limits = True


class _Question(Generic[T]):
    """Work on a thread of its own: nothing else ends the look-up of a name, or a handshake."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._watch = _Limit(_CURRENT.watch)
        self._lock = threading.Lock()
        self._answers: list[T] = []
        self._errors: list[BaseException] = []
        self.is_over = False

    def run(self) -> None:
        try:
            with self._watch.entered():
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
        self._watch.end()
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
    return _CURRENT.watch is not None and _CURRENT.watch.is_limited


def watch_connection(connection: Watched) -> None:
    """Let whoever watches this thread close the connection that it is about to send on.

    Raises TimedOutError if nobody waits any more for what it would send.
    """
    if _CURRENT.watch:
        _CURRENT.watch.follow(connection)


def release_connection(connection: Watched) -> None:
    """Let nobody close a connection any more that has served its question."""
    watch, connection.watch = connection.watch, None
    if watch:
        watch.release(connection)
