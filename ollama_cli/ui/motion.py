"""What moves on the terminal or waits for a line there; and Ctrl-Z, which lends it to the shell.

A line that turns, bars, a question: each is registered from its beginning to its end. While the
program is stopped, the terminal is as the shell gave it; when it goes on, all is drawn again.
"""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from types import FrameType
from typing import Final, Protocol

from ollama_cli.errors import OutputError
from ollama_cli.system import signals
from ollama_cli.system.signals import SHIELD
from ollama_cli.ui.streams import WRITERS


class Moving(Protocol):
    """Something that has changed what the terminal shows or does, and can give it back."""

    def suspended(self) -> AbstractContextManager[None]:
        """Give the terminal back while the block runs."""
        ...

    def renew(self) -> None:
        """Draw again, below what others wrote in the meantime."""
        ...

    def close(self) -> None:
        """Give the terminal back for good; a second call does nothing."""
        ...


class _State:
    def __init__(self) -> None:
        self.moving: list[Moving] = []
        self.ground: list[Moving] = []
        self.stops = 0
        self.is_stopped = False


_STATE: Final = _State()


def begin(moving: Moving) -> None:
    """Register what begins to move."""
    _STATE.moving.append(moving)


def lay(ground: Moving) -> None:
    """Register what all that moves stands on: the modes of a whole conversation."""
    if ground not in _STATE.ground:
        _STATE.ground.append(ground)


@contextmanager
def ordinary() -> Iterator[None]:
    """Give the terminal its own modes while the block asks for a line, or another program runs."""
    with ExitStack() as stack:
        for ground in reversed(_STATE.ground):
            stack.enter_context(ground.suspended())
        yield


def over(moving: Moving) -> None:
    """Forget what no longer moves."""
    if moving in _STATE.moving:
        _STATE.moving.remove(moving)


def end() -> None:
    """Give the terminal back, if a signal kept those who move there from it."""
    with SHIELD:
        while _STATE.moving:
            with suppress(OSError, OutputError, ValueError):  # it may be gone itself, or closed
                _STATE.moving.pop().close()


def stops() -> int:
    """Return how often the program was stopped: after that, others have written below its rows."""
    return _STATE.stops


def watch_stops() -> None:
    """Be ready for Ctrl-Z, and for a stop that gave no notice; not where there are no such."""
    for name, handler in (("SIGTSTP", _on_stop), ("SIGCONT", _on_continue)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, handler)


def _on_stop(number: int, frame: FrameType | None) -> None:
    if signals.is_held_back(number, frame, is_busy=_is_writing(frame)):
        return
    with SHIELD, ExitStack() as stack:
        for moving in reversed([*_STATE.ground, *_STATE.moving]):
            stack.enter_context(moving.suspended())
        _STATE.is_stopped = True
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)  # here it stops, and here it goes on
        signal.signal(number, _on_stop)
        _STATE.is_stopped = False


def _on_continue(number: int, frame: FrameType | None) -> None:
    if _STATE.is_stopped:
        _STATE.stops += 1
        return
    if signals.is_held_back(number, frame, is_busy=_is_writing(frame)):
        return
    _STATE.stops += 1
    with SHIELD:
        for moving in [*_STATE.ground, *_STATE.moving]:
            moving.renew()


def _is_writing(frame: FrameType | None) -> bool:
    """Return whether the main thread is in a write, into which no other may come."""
    while frame is not None:
        if frame.f_code in WRITERS:
            return True
        frame = frame.f_back
    return False
