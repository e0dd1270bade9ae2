"""A terminal that is quiet while nobody reads it: nothing is echoed, and Enter stays Enter.

In ordinary mode the kernel echoes what is typed ahead into the answer that is being shown, and
makes a line feed of Enter, which a line editor takes for a new line. Quiet, it keeps what is typed
until a line is open; Ctrl-C and Ctrl-Z are signals all the same. What is pasted comes in brackets.

This file is read before all others of a conversation: it imports little.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

from ollama_cli.types import threads

_MODES: Any = None
with suppress(ImportError):  # Windows has none
    import termios

    _MODES = termios

_PASTES_ON: Final = b"\x1b[?2004h"
_PASTES_OFF: Final = b"\x1b[?2004l"
_INPUT, _LOCAL, _KEYS = 0, 3, 6
_PIECE: Final = 65536
_LOOK_SECONDS, _NEXT_SECONDS = 0.1, 0.002
_TERMINAL: Final = "/dev/tty"


class Quiet:
    """The modes of the terminal behind `keys`; `screen` is the descriptor that writes on it.

    `brackets` says whether the terminal knows bracketed paste.
    """

    def __init__(self, keys: int, screen: int, *, brackets: bool) -> None:
        self.keys = keys
        self._screen = screen
        self._brackets = brackets
        self._first: Any = None
        self._wanted: Any = None
        self._ahead = bytearray()
        self._lock = threading.RLock()  # also for a Ctrl-Z that comes within it
        self._keeps = False
        self._turn: object = None

    @property
    def is_on(self) -> bool:
        """Return whether the terminal has modes of ours."""
        return self._first is not None

    def begin(self) -> None:
        """Make the terminal quiet; nothing happens where it is so, or is not ours now."""
        if self._first is not None or not self._is_foreground():
            return
        with suppress(_MODES.error):  # it has gone
            self._first = _MODES.tcgetattr(self.keys)
            self._set(_quiet(self._first))
            self._bracket(_PASTES_ON)

    def close(self) -> None:
        """Give the terminal the modes back that it had; a second call does nothing."""
        self._turn = None
        first, self._first, self._wanted = self._first, None, None
        if first is not None and self._is_foreground():
            with suppress(_MODES.error):
                _MODES.tcsetattr(self.keys, _MODES.TCSANOW, first)
            self._bracket(_PASTES_OFF)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Take all keys as they are, also Ctrl-C and Ctrl-Z, while the block runs."""
        if not self._is_foreground():
            os.kill(0, signal.SIGTTOU)  # stops here, until the user brings us to the front
        self.begin()
        before = self._wanted
        self._leave_keys()
        with suppress(_MODES.error):
            self._set(_raw(_MODES.tcgetattr(self.keys)))
        try:
            yield
        finally:
            if self._first is not None:
                with suppress(_MODES.error):
                    self._set(before or _quiet(self._first))
                self._keep_keys()

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Give the terminal its first modes while the block runs.

        What was typed ahead is kept here: it is for the next line, and for no shell.
        """
        first, wanted = self._first, self._wanted
        if first is None:
            yield
            return
        is_unread = self._turn is not None
        self._leave_keys()
        self._drain()
        self._wanted = None
        with suppress(_MODES.error):
            _MODES.tcsetattr(self.keys, _MODES.TCSANOW, first)
        self._bracket(_PASTES_OFF)
        try:
            yield
        finally:
            self._wanted = wanted
            self.renew()
            if is_unread:
                self._keep_keys()

    def renew(self) -> None:
        """Set the modes again, after a shell has set its own."""
        if self._wanted is not None and self._is_foreground():
            with suppress(_MODES.error):
                self._set(self._wanted)
                self._bracket(_PASTES_ON)

    def take(self) -> bytes:
        """Take what was typed ahead and is no longer in the terminal; the rest is read there."""
        self._leave_keys()
        ahead, self._ahead = bytes(self._ahead), bytearray()
        return ahead

    def keep_keys(self) -> None:
        """Take what is typed ahead out of the terminal, from now on whenever nobody reads it.

        It holds 4096 bytes; behind those no Ctrl-C would be seen any more.
        """
        self._keeps = True
        self._keep_keys()

    def _keep_keys(self) -> None:
        if self._keeps and self._first is not None and self._turn is None:
            self._turn = turn = object()
            threads.start(lambda: self._keep(turn))

    def _leave_keys(self) -> None:
        """Leave what is typed to whoever reads it from here on."""
        self._turn = None
        with self._lock:  # nobody is about to take any
            pass

    def _keep(self, turn: object) -> None:
        while self._turn is turn:
            with self._lock:
                is_ours = self._turn is turn and self._is_foreground()
                has_more = is_ours and self._drain()
            time.sleep(_NEXT_SECONDS if has_more else _LOOK_SECONDS)

    def _drain(self) -> bool:
        """Keep what waits in the terminal; return whether anything did."""
        before = len(self._ahead)
        with suppress(OSError):
            while select.select([self.keys], [], [], 0)[0]:
                piece = os.read(self.keys, _PIECE)
                if not piece:
                    break
                self._ahead += piece
        return len(self._ahead) > before

    def _set(self, modes: Any) -> None:
        self._wanted = modes
        _MODES.tcsetattr(self.keys, _MODES.TCSANOW, modes)

    def _bracket(self, sequence: bytes) -> None:
        if self._brackets:
            with suppress(OSError):  # it has gone
                os.write(self._screen, sequence)

    def _is_foreground(self) -> bool:
        """Return whether the terminal is ours to change; else the change would stop us."""
        try:
            return os.tcgetpgrp(self.keys) == os.getpgrp()
        except OSError:  # it is not the one that controls us: no change of ours stops us
            return True


def _quiet(modes: Any) -> Any:
    """Keep what is typed, also at a Ctrl-C, and hand it over key by key."""
    found = _by_key(modes)
    found[_LOCAL] &= ~(_MODES.ECHO | _MODES.ICANON)
    found[_LOCAL] |= _MODES.ISIG | _MODES.NOFLSH
    return found


def _raw(modes: Any) -> Any:
    found = _by_key(modes)
    found[_LOCAL] &= ~(_MODES.ECHO | _MODES.ICANON | _MODES.IEXTEN | _MODES.ISIG)
    found[_INPUT] &= ~(_MODES.IXON | _MODES.IXOFF)
    return found


def _by_key(modes: Any) -> Any:
    found = [*modes]
    found[_KEYS] = [*modes[_KEYS]]
    found[_INPUT] &= ~(_MODES.ICRNL | _MODES.INLCR | _MODES.IGNCR)
    found[_KEYS][_MODES.VMIN], found[_KEYS][_MODES.VTIME] = 1, 0
    return found


class _State:
    quiet: Quiet | None = None


_STATE: Final = _State()


def current() -> Quiet | None:
    """Return the terminal that was made quiet, if one was."""
    return _STATE.quiet


def open_quiet(term: str, *, wants_terminal: bool = False) -> Quiet | None:
    """Find the terminal of this process; None if keys or screen are none.

    Keys come from stdin; where that is a pipe, and a terminal is wanted all the same, from
    /dev/tty.
    """
    if _STATE.quiet is None and _MODES is not None:
        screen = next((number for number in (1, 2) if os.isatty(number)), None)
        keys = _keys(wants_terminal=wants_terminal)
        if keys is not None and screen is not None:
            _STATE.quiet = Quiet(keys, screen, brackets=not is_plain(term))
    return _STATE.quiet


def watch_quit() -> None:
    r"""Give the terminal back before Ctrl-\ ends the process on the spot."""
    number = getattr(signal, "SIGQUIT", None)
    if number is not None and signal.getsignal(number) is signal.SIG_DFL:
        signal.signal(number, _on_quit)


def _on_quit(number: int, _: FrameType | None) -> None:
    if _STATE.quiet:
        _STATE.quiet.close()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def is_plain(term: str) -> bool:
    """Return whether a terminal, by its `TERM`, can do no more than print lines."""
    return term in {"", "dumb", "unknown"}


def _keys(*, wants_terminal: bool) -> int | None:
    if os.isatty(0):
        return 0
    if wants_terminal:
        with suppress(OSError):
            return os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    return None


@contextmanager
def stops_held_back() -> Iterator[None]:
    """Let no Ctrl-Z stop the process while the block runs; one that came stops it at the end."""
    number = getattr(signal, "SIGTSTP", None)
    if number is None:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
