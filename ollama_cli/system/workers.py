"""Programs that work for us: one that answers lines with lines, one that is run to its end.

Neither outlives us, nor does what it starts.
"""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from ollama_cli.system.children import Child
from ollama_cli.system.signals import SHIELD
from ollama_cli.types import threads

_PATIENCE: Final = 1.0
_PIECE: Final = 1 << 16
_MOST_LINES: Final = 1000
_LONGEST: Final = 128 << 20
_STEPS: Final = (0.0005, 0.02)


class Finished(NamedTuple):
    """How a program ended and what it wrote; `code` is None if it took too long.

    `written` counts all bytes of stdout, also those beyond what was kept in `output`.
    """

    code: int | None
    output: bytes = b""
    written: int = 0
    errors: tuple[str, ...] = ()


class Worker:
    """A program that answers lines with lines; OSError if it cannot be started."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str]) -> None:
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        with SHIELD:
            self._child = Child(words, environ)
        self._told = _Told(self._child)
        threads.start(self._read)

    def ask(self, line: bytes, seconds: float | None) -> bytes | None:
        """Send a line, if there is one, and wait for the next one that comes.

        None if the program has ended; TimeoutError if nothing comes.
        """
        if line:
            try:
                self._child.send(line)
            except OSError:
                return None
        try:
            return self._lines.get(timeout=seconds) or None
        except Empty:
            raise TimeoutError from None

    def told(self) -> list[str]:
        """Return the lines of its stderr since this was asked last."""
        return self._told.lines()

    def stop(self) -> None:
        """End it, and all that it started."""
        self._child.stop(_PATIENCE)
        self._told.wait()

    def _read(self) -> None:
        line = b"\n"
        with suppress(OSError, ValueError):
            while line.endswith(b"\n"):
                line = self._child.read_line(_LONGEST)
                self._lines.put(line if line.endswith(b"\n") else b"")
        self._lines.put(b"")


def run(
    words: Sequence[str],
    data: bytes,
    environ: Mapping[str, str],
    *,
    seconds: float | None,
    largest: int,
) -> Finished:
    """Run a program on some input, and wait until it ends; OSError if it cannot be started.

    One that takes longer than `seconds` is ended, and so is all that any leaves behind. Of its
    output `largest` bytes are kept.
    """
    with SHIELD:
        child = Child(words, environ)
    told, output = _Told(child), _Output(child, largest)
    reading = threads.start(output.read)
    try:
        threads.start(lambda: _feed(child, data))
        code = _wait(child, seconds)
    finally:
        child.kill()
        reading.join(_PATIENCE)  # not for ever: who left the group may hold the pipe
        child.stop(0.0)
    told.wait()
    return Finished(code, bytes(output.data), output.written, tuple(told.lines()))


class _Told:
    """The last lines of a program's stderr, read as they come."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._reading = threads.start(self._read)

    def lines(self) -> list[str]:
        """Return the lines since this was asked last."""
        found: list[str] = []
        while self._lines:
            found.append(self._lines.popleft())
        return found

    def wait(self) -> None:
        """Wait until all was read, but not for ever: who left the group may hold the pipe."""
        self._reading.join(_PATIENCE)

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            for line in self._child.error_lines():
                self._lines.append(line.decode("utf-8", "replace").rstrip())


class _Output:
    """The first bytes that a program writes; the rest is read and forgotten."""

    def __init__(self, child: Child, largest: int) -> None:
        self._child = child
        self._largest = largest
        self.data = bytearray()
        self.written = 0

    def read(self) -> None:
        with suppress(OSError, ValueError):
            while piece := self._child.read_line(_PIECE):
                self.written += len(piece)
                self.data += piece[: max(0, self._largest - len(self.data))]


def _feed(child: Child, data: bytes) -> None:
    with suppress(OSError):  # it may end without reading
        child.send(data)
        child.end_input()


def _wait(child: Child, seconds: float | None) -> int | None:
    end = None if seconds is None else time.monotonic() + seconds
    step, longest = _STEPS
    while child.exit_code is None and (end is None or time.monotonic() < end):
        time.sleep(step)
        step = min(2 * step, longest)
    return child.exit_code
