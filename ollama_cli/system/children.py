"""Programs that serve us by their standard input and output, and end with us."""

import io
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from ollama_cli.system import groups, signals
from ollama_cli.types import threads

_LONGEST_ERROR: Final = 4096
_STEP: Final = 0.005


class Child:
    """A program in a session of its own, so that our Ctrl-C does not end it before we do.

    It gets this environment and no other. Raises OSError if it cannot be started, ValueError for
    words that no program can be given.
    """

    def __init__(
        self, words: Sequence[str], environ: Mapping[str, str], cwd: str | None = None
    ) -> None:
        pipe = subprocess.PIPE
        with signals.SHIELD, threads.signals_let_through():  # no program is lost between the two
            self._process = subprocess.Popen(  # noqa: S603  what the user named, as configured
                list(words),
                bufsize=0,  # who closes a pipe must not wait for who writes to it
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=cwd,
                env=dict(environ),
                start_new_session=True,
            )
            if groups.IS_POSSIBLE:
                groups.add(self._process.pid)
        self._stdin: Any = self._process.stdin
        self._stdout: Any = io.BufferedReader(_raw(self._process.stdout))
        self._stderr: Any = io.BufferedReader(_raw(self._process.stderr))
        self._reading = threading.Lock()
        self._is_stopped = False

    @property
    def exit_code(self) -> int | None:
        """Return how the program ended, or minus the signal that ended it; None if it runs."""
        return self._process.poll()

    def send(self, data: bytes) -> None:
        """Write to the program, and wait until it has taken all; OSError if it takes no more.

        One sender at a time.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._stdin.write(rest) :]
            except ValueError as error:  # closed meanwhile
                raise BrokenPipeError(str(error)) from error

    def end_input(self) -> None:
        """Let the program read the end of its input."""
        with suppress(OSError):
            self._stdin.close()

    def read_line(self, longest: int) -> bytes:
        """Wait for a line, and return it with its newline; empty at the end of the output.

        What has no newline at its end is longer than `longest`, or the last one. One reader.
        """
        with self._reading:
            if self._stdout.closed:
                return b""
            line: bytes = self._stdout.readline(longest + 1)
            if not line or self._is_stopped:
                self._stdout.close()
            return line

    def error_lines(self) -> Iterator[bytes]:
        """Wait for the lines of its standard error, and yield them once; long ones in parts.

        Somebody has to: a program whose errors nobody reads waits for ever.
        """
        if self._stderr.closed:
            return
        with self._stderr as pipe:
            while line := pipe.readline(_LONGEST_ERROR):
                yield line

    def wait(self, seconds: float) -> int | None:
        """Wait for its end, and return what `exit_code` does."""
        end = time.monotonic() + seconds
        while self.exit_code is None and time.monotonic() < end:
            time.sleep(_STEP)
        return self.exit_code

    def kill(self) -> None:
        """End the program and all that it started at once; what it wrote can still be read."""
        self._tell(getattr(signal, "SIGKILL", signal.SIGTERM))
        self._process.wait()

    def stop(self, patience: float = 2.0) -> None:
        """End the program and all that it started: by the end of its input, SIGTERM, SIGKILL.

        It has so many seconds after each but the last.
        """
        self._is_stopped = True
        self.end_input()
        if self.wait(patience) is None:
            self._tell(signal.SIGTERM)
            self.wait(patience)
        self.kill()  # what it has left behind, too
        groups.remove(self._process.pid)
        if self._reading.acquire(blocking=False):  # else who reads closes it
            try:
                self._stdout.close()
            finally:
                self._reading.release()

    def _tell(self, number: int) -> None:
        if groups.IS_POSSIBLE:
            groups.tell(self._process.pid, number)
        else:
            self._process.send_signal(number)


def _raw(pipe: Any) -> io.RawIOBase:
    assert isinstance(pipe, io.RawIOBase)  # noqa: S101  a pipe was asked for, without a buffer
    return pipe
