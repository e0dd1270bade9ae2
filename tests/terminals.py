"""A terminal for tests: the program runs on a pseudo-terminal, pyte shows what a user would see."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte
from published import check_screen
from screens import filled, row_text
from shell import PROGRAM, environment, home, words

PATIENCE = 30.0
COLOURS = re.compile(rb"\x1b\[[0-9;]*m")
CTRL_C, CTRL_D = "\x03", "\x04"
# The child makes the terminal its own, so that Ctrl-C reaches it as a signal.
_OWN = (
    "import fcntl, os, sys, termios; fcntl.ioctl(next(filter(os.isatty, range(3))),"
    "termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """One command on a terminal of its own; `streams` replaces stdin, stdout or stderr.

    `program` is the path of another program than ours, such as a shell.
    """

    def __init__(
        self,
        *args: object,
        program: str = PROGRAM,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        at: Path | None = None,
        **streams: Any,
    ) -> None:
        self._master, slave = pty.openpty()
        modes = termios.tcgetattr(slave)
        modes[3] |= termios.NOFLSH  # or Ctrl-C drops what was shown and is not read yet
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        self.first_modes = termios.tcgetattr(slave)
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self._tell_size(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self.raw = b""
        self.process = subprocess.Popen(
            words(sys.executable, "-S", "-c", _OWN, program, *args),
            bufsize=0,
            env=environment({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}, at),
            cwd=at or home(),
            start_new_session=True,
            **{"stdin": slave, "stdout": slave, "stderr": slave, **streams},
        )
        os.close(slave)
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
        if self.process.poll() is None:
            self.process.kill()
        self.end()
        os.close(self._master)

    def send(self, text: str) -> None:
        os.write(self._master, text.encode())

    def signal(self, *numbers: int) -> None:
        """Send signals to the program, one right after the other."""
        for number in numbers:
            self.process.send_signal(number)

    @property
    def modes(self) -> list[Any]:
        """The modes of the terminal: what is echoed, what a key does."""
        return termios.tcgetattr(self._master)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size, as a user who drags its edge."""
        with self._lock:
            self.screen.resize(rows, columns)
            self._tell_size(columns, rows)

    def _tell_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def expect(self, *texts: str) -> None:
        """Wait until one of the texts stands on the screen."""
        end = time.monotonic() + PATIENCE
        while not any(text in self.shown for text in texts):
            assert time.monotonic() < end, f"{texts} did not come; there is:\n{self.shown}"
            time.sleep(0.01)

    def expect_line(self, begins: str) -> None:
        """Wait until the cursor stands right behind a text at the beginning of its line."""
        end = time.monotonic() + PATIENCE
        while not self._is_behind(begins):
            assert time.monotonic() < end, f"no cursor behind {begins!r}:\n{self.shown}"
            time.sleep(0.01)

    def _is_behind(self, begins: str) -> bool:
        with self._lock:
            cursor, lines = self.screen.cursor, self.screen.display
            is_there = lines[cursor.y].startswith(begins.rstrip())
            return is_there and cursor.x in {len(begins), len(begins.rstrip())}

    def expect_modes(self, is_so: Callable[[list[Any]], object]) -> None:
        """Wait until the modes of the terminal are so."""
        end = time.monotonic() + PATIENCE
        while not is_so(self.modes):
            assert time.monotonic() < end, self.modes
            time.sleep(0.001)

    def end(self) -> int:
        """Wait for the end of the process and of its output."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        if code == 0:
            check_screen(self.raw)
        return code

    @property
    def shown(self) -> str:
        """What the screen shows, without blanks at the ends."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    @property
    def lines(self) -> list[str]:
        """Scrollback and screen, without blank lines and blanks at the ends."""
        with self._lock:
            past = [row_text(row, self.screen.columns) for row in self.screen.history.top]
            return filled([*past, *self.screen.display])

    @property
    def colours(self) -> set[bytes]:
        """The sequences that set colours or weight."""
        return set(COLOURS.findall(self.raw))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # Linux says so when the last writer has gone
                return
            if not data:
                return
            with self._lock:
                self.raw += data
                self._stream.feed(data)
