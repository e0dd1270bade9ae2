"""A line that is typed and edited on the terminal, with a history where the system has one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ollama_cli.errors import InterruptError
from ollama_cli.system import signals
from ollama_cli.ui import motion

_MODES: Any = None
_EDITOR: Any = None
with suppress(ImportError):  # Windows has neither
    import termios

    _MODES = termios
    import readline

    _EDITOR = readline


def read_line(prompt: str) -> str:
    """Read one line from the terminal; raises EOFError at the end of input."""
    line = _Line(prompt)
    motion.begin(line)
    try:
        return input(prompt)
    except (KeyboardInterrupt, InterruptError, SystemError):
        # `input` looks for further signals while one is raised already: that one may be lost.
        signals.raise_again()
        raise
    finally:
        motion.over(line)


class _Line:
    """A line that is being typed, in modes of its own."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt
        self._before = _MODES and _MODES.tcgetattr(sys.stdin)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Give the shell its modes while the block runs."""
        own = self._set(self._before)
        yield
        self._set(own)
        self.renew()

    def renew(self) -> None:
        """Show again what is typed so far."""
        typed = _EDITOR.get_line_buffer() if _EDITOR else ""
        sys.stdout.write(f"\r{self._prompt}{typed}")
        sys.stdout.flush()

    def close(self) -> None:
        """Give the shell its modes."""
        self._set(self._before)

    def _set(self, modes: Any) -> Any:
        """Set the modes of the terminal; return those that it had."""
        if _MODES is None:
            return None
        old = _MODES.tcgetattr(sys.stdin)
        _MODES.tcsetattr(sys.stdin, _MODES.TCSANOW, modes)
        return old
