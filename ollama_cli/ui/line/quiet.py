"""A terminal that is quiet while nobody reads it: nothing is echoed, and Enter stays Enter.

In ordinary mode the kernel echoes what is typed ahead into the answer that is being shown, and
makes a line feed of Enter, which a line editor takes for a new line. Quiet, it keeps what is typed
until a line is open; Ctrl-C and Ctrl-Z are signals all the same. What is pasted comes in brackets.

This file is read before all others of a conversation: it imports little.
"""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

_MODES: Any = None
with suppress(ImportError):  # Windows has none
    import termios

    _MODES = termios

_PASTES_ON: Final = b"\x1b[?2004h"
_PASTES_OFF: Final = b"\x1b[?2004l"
_INPUT, _LOCAL, _KEYS = 0, 3, 6
_PIECE: Final = 65536
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
        with suppress(_MODES.error):
            self._set(_raw(_MODES.tcgetattr(self.keys)))
        try:
            yield
        finally:
            if self._first is not None:
                with suppress(_MODES.error):
                    self._set(before or _quiet(self._first))

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Give the terminal its first modes while the block runs.

        What was typed ahead is kept here: it is for the next line, and for no shell.
        """
        first, wanted = self._first, self._wanted
        if first is None:
            yield
            return
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

    def renew(self) -> None:
        """Set the modes again, after a shell has set its own."""
        if self._wanted is not None and self._is_foreground():
            with suppress(_MODES.error):
                self._set(self._wanted)
                self._bracket(_PASTES_ON)

    def take(self) -> bytes:
        """Take what was typed ahead and is no longer in the terminal."""
        ahead, self._ahead = bytes(self._ahead), bytearray()
        return ahead

    def _drain(self) -> None:
        with suppress(OSError):
            while select.select([self.keys], [], [], 0)[0]:
                piece = os.read(self.keys, _PIECE)
                if not piece:
                    return
                self._ahead += piece

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
