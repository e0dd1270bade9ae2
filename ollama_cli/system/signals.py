"""Signals that end the program: the first one decides, and comes where nothing is half done.

SIGINT is raised as KeyboardInterrupt, SIGTERM and SIGHUP as InterruptError, in the main thread.
Later ones do nothing until the end, lest they break what cleans up after the first. What was
ignored when the process began stays ignored: by `nohup`, or by `&` in a script.
"""

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final, TypeVar

from ollama_cli.errors import InterruptError
from ollama_cli.system import sentinel
from ollama_cli.system.sentinel import Sentinel

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

T = TypeVar("T")
_NUMBERS: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
# Their functions take and give back locks in several steps, but for those that wait for one.
_LOCKING: Final = frozenset({"threading", "queue", "importlib._bootstrap", "_frozen_importlib"})
_WAITING: Final = frozenset({"wait", "join", "_wait_for_tstate_lock"})
_OWN: Final = frozenset({__name__, sentinel.__name__})
_ENTERS: Final = 0  # the argument of LOAD_SPECIAL that loads __enter__


class _State:
    """What has come so far; the main thread alone changes it."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.later: list[int] = []
        self.shields = 0
        self.held_back: list[int] = []
        self.sentinel: Sentinel | None = None


_STATE: Final = _State()


def watched(work: Callable[[], int]) -> int:
    """Do the work of the program; return its code, or 128 + the number of the first signal."""
    try:
        _watch()
        code = work()
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except InterruptError as interrupt:
        code = interrupt.exit_code
    # The work has ended: a signal that comes now must not change the exit code.
    for number in _NUMBERS:
        if signal.getsignal(number) == _on_signal:
            signal.signal(number, signal.SIG_IGN)
    return code if _STATE.first is None else 128 + _STATE.first


def has_come() -> bool:
    """Return whether a signal is ending the program."""
    return _STATE.first is not None


def raise_again() -> None:
    """Raise what ends the program now, if anything does."""
    if _STATE.first is not None:
        raise _interrupt(_STATE.first) from None


def go_on() -> None:
    """Answer a Ctrl-C by going on; raises what came after it, if that ends the program."""
    later, _STATE.later = _STATE.later, []
    _decide(None)
    for number in later:
        if number != signal.SIGINT:
            signal.raise_signal(number)


class Shield:
    """Let no signal come between the steps of a block; what came meanwhile comes at its end.

    Only in the main thread, as no other gets any.
    """

    def __enter__(self) -> None:
        if _is_main():
            _STATE.shields += 1

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not _is_main():
            return
        _STATE.shields -= 1
        while _STATE.held_back and not _STATE.shields:
            signal.raise_signal(_STATE.held_back.pop(0))


SHIELD: Final = Shield()
"""The shield of all blocks: `with SHIELD:`."""


def let_in(wait: Callable[[], T]) -> T:
    """Let signals come while a wait runs inside a shield, and what was held back before it.

    What they raise passes through here, where the shield is up again.
    """
    if not _is_main():
        return wait()
    shields, _STATE.shields = _STATE.shields, 0
    try:
        while _STATE.held_back:
            signal.raise_signal(_STATE.held_back.pop(0))
        return wait()
    finally:
        _STATE.shields = shields  # without a call, in which a signal could come


class Exposure:
    """Let a signal end the process at once while code in C runs that may never give Python a turn.

    No handler and no thread would come to run. Only for what leaves nothing half done, and only in
    the main thread; where a signal has come already the end goes on as it began.
    """

    def __init__(self) -> None:
        self._exposed: list[int] = []

    def __enter__(self) -> None:
        if _is_main() and not _STATE.shields and not has_come():
            self._exposed = [n for n in _NUMBERS if signal.getsignal(n) == _on_signal]
            for number in self._exposed:
                signal.signal(number, signal.SIG_DFL)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number in self._exposed:
            signal.signal(number, _on_signal)
        self._exposed = []


EXPOSURE: Final = Exposure()
"""The exposure of all blocks, none within another: `with EXPOSURE:`."""


def outlive_ctrl_c() -> None:
    """Have no Ctrl-C end the process from now on, however long it is held back."""
    if _STATE.sentinel:
        _STATE.sentinel.outlives_ctrl_c = True


def forget_ctrl_c() -> None:
    """Forget a Ctrl-C that a shield holds back, where what it would stop has ended by itself."""
    _STATE.held_back = [number for number in _STATE.held_back if number != signal.SIGINT]


def at_worst(act: Callable[[], object]) -> None:
    """Have this done, in a thread, before a process is ended that does not end by itself."""
    if _STATE.sentinel:
        _STATE.sentinel.last_act = act


def is_held_back(number: int, frame: FrameType | None, *, is_busy: bool = False) -> bool:
    """Return whether a signal comes too early; its handler is then called again, a little later.

    It does so within a shield, where locks are taken, and where its handler `is_busy`.
    """
    if _STATE.shields:
        if number not in _STATE.held_back:
            _STATE.held_back.append(number)
        return True
    if (is_busy or _is_locking(frame)) and _call_again(number):
        return True
    if _STATE.sentinel:
        _STATE.sentinel.acted(number)
    return False


def _call_again(number: int) -> bool:
    """Have a handler called again in a moment; return whether that can be done."""
    if _STATE.sentinel:
        _STATE.sentinel.call_again(number)
    return _STATE.sentinel is not None


def _decide(number: int | None) -> None:
    """Note which signal ends the program, None if it goes on."""
    _STATE.first = number
    if _STATE.sentinel:
        _STATE.sentinel.ending = number


def _watch() -> None:
    if not _is_main():
        return
    _STATE.sentinel = sentinel.start(frozenset(_NUMBERS))
    for number in _NUMBERS:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _on_signal)
    sys.unraisablehook = _on_unraisable


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _STATE.first is not None:
        _STATE.later.append(number)
    elif not is_held_back(number, frame):
        _decide(number)
        raise _interrupt(number)


def _interrupt(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else InterruptError(number)


def _on_unraisable(lost: "UnraisableHookArgs") -> None:
    """Raise a signal again that came where Python drops exceptions: a finalizer, a callback."""
    number = _STATE.first
    if number is not None and issubclass(lost.exc_type, KeyboardInterrupt | InterruptError):
        _decide(None)
        if _call_again(number):
            return
    sys.__unraisablehook__(lost)


def _is_main() -> bool:
    return threading.get_ident() == threading.main_thread().ident


def _is_locking(frame: FrameType | None) -> bool:
    """Return whether an exception here might leave a lock taken, for which all would wait."""
    while frame is not None and frame.f_globals.get("__name__") in _OWN:  # of a handler
        frame = frame.f_back
    if frame is None:
        return False
    code = frame.f_code
    if frame.f_globals.get("__name__") in _LOCKING:
        if code is threading.Condition.wait.__code__:
            return "gotit" not in frame.f_locals  # its lock is given back, and not yet guarded
        return code.co_name not in _WAITING
    return sys.version_info >= (3, 14) and _enters_a_block(code.co_code, frame.f_lasti)


def _enters_a_block(code: bytes, place: int) -> bool:
    """Return whether `with` has just entered a block that nothing would leave any more.

    Since Python 3.14 a signal may come between the call of `__enter__` and the block.
    """
    import opcode  # noqa: PLC0415  signals alone: 1 ms

    return code[place - 2 : place] == bytes([opcode.opmap["LOAD_SPECIAL"], _ENTERS])
