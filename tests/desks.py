"""A line on a terminal of its own in this process: keys in, what was sent and the screen out.

A test waits for the screen, and types: nothing else moves here.
"""

import contextlib
import os
import pty
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import pyte
from screens import filled, row_text

from ollama_cli.ui.line.edited import EditedLine
from ollama_cli.ui.line.line import Typed, Wishes
from ollama_cli.ui.line.quiet import Quiet
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.streams import InStream, OutStream

PATIENCE = 10.0
ENTER, ALT_ENTER, ESCAPE = "\r", "\x1b\r", "\x1b"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
BACKSPACE, DELETE, TAB = "\x7f", "\x1b[3~", "\t"
CTRL_C, CTRL_D, CTRL_G, CTRL_J, CTRL_R, CTRL_U = "\x03", "\x04", "\x07", "\n", "\x12", "\x15"


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


class Desk:
    """A line that reads from a pseudo-terminal; pyte shows what a user would see."""

    def __init__(
        self,
        columns: int = 80,
        rows: int = 24,
        *,
        env: Mapping[str, str] | None = None,
        colour: bool = False,
        **wishes: Any,
    ) -> None:
        self.master, slave = pty.openpty()
        self.screen = pyte.HistoryScreen(columns, rows, history=500)
        self.raw = b""
        self._turn = 0
        self._stream = pyte.ByteStream(self.screen)
        self._file = os.fdopen(slave, "w", encoding="utf-8", newline="")
        self.out = _Sized(self._file, is_terminal=True, motion=True, colour=colour)
        self.out.screen = self.screen
        self.prompter = Prompter(self.out, InStream(None))
        self.quiet = Quiet(slave, slave, brackets=True)
        self.quiet.begin()
        environ = {"TERM": "xterm-256color", **(env or {})}
        self.line = EditedLine(self.out, self.prompter, self.quiet, Wishes(environ, **wishes))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.line.close()
        with contextlib.suppress(OSError):  # a test may have cut the terminal off
            self._file.close()
        self._reader.join(10)
        os.close(self.master)

    def type(self, *keys: str) -> None:
        for key in keys:
            os.write(self.master, key.encode())

    def ask(self, *keys: str, **begun: str) -> Typed:
        """Open the line, type the keys, and give what was sent."""
        self.meet(self._is_raw, lambda: self.type(*keys))
        return self.read(**begun)

    def _is_raw(self) -> bool:
        """Return whether Ctrl-C is a key, which it is no longer where a line is not open."""
        return not termios.tcgetattr(self.master)[3] & termios.ISIG

    def read(self, **begun: str) -> Typed:
        """Read what was typed; EOFError if nothing is sent in time."""
        timer = threading.Timer(PATIENCE, lambda: self.line._soon(self.line._leave))
        timer.start()
        try:
            return self.line.read(**begun)
        finally:
            timer.cancel()

    def meet(self, text: str | Callable[[], bool], act: Callable[[], object]) -> None:
        """Act as soon as the screen shows a text, or something else is so, while a line is read."""

        def meet() -> None:
            end = time.monotonic() + PATIENCE
            while not self._is_so(text) and time.monotonic() < end:
                time.sleep(0.001)
            act()

        threading.Thread(target=meet, daemon=True).start()

    def _is_so(self, text: str | Callable[[], bool]) -> bool:
        return text in "".join(self.screen.display) if isinstance(text, str) else text()

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        os.kill(os.getpid(), signal.SIGWINCH)

    def ask_all(self, keys: Iterable[str]) -> list[str]:
        return [self.ask(each).text for each in keys]

    @property
    def shown(self) -> list[str]:
        """Scrollback and screen once all that was written has come, without blank lines."""
        self._turn += 1
        self._file.write(f"\x1b]2;{self._turn}\x07")
        self._file.flush()
        end = time.monotonic() + PATIENCE
        while self.screen.title != str(self._turn):
            assert time.monotonic() < end
            time.sleep(0.001)
        past = [row_text(row, self.screen.columns) for row in self.screen.history.top]
        return filled([*past, *self.screen.display])

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # Linux says so when the last writer has gone
                return
            self.raw += data
            self._stream.feed(data)


class _Sized(OutStream):
    screen: pyte.HistoryScreen

    @property
    def size(self) -> os.terminal_size:
        return os.terminal_size((self.screen.columns, self.screen.lines))
