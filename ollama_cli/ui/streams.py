"""The streams of a command; whether one is a terminal is a field, so that tests can set it.

Colour and motion are separate: `NO_COLOR` removes the colour and leaves the motion, a dumb
terminal has neither, a redirected stream has no motion, whatever `FORCE_COLOR` says.
"""

import io
import os
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, TextIO

from ollama_cli.errors import OutputError, UsageError
from ollama_cli.system.missing import room_hint
from ollama_cli.types import threads
from ollama_cli.types.secrets import hide

if TYPE_CHECKING:
    from ollama_cli.types.tables import Table

FALLBACK_WIDTH = 80
LARGEST_INPUT: Final = 128 << 20
_MIB: Final = 1 << 20
_PIECE: Final = 1 << 20
_FALLBACK = os.terminal_size((FALLBACK_WIDTH, 24))


class Choice(Protocol):
    """What a program wants of the JSON that is written to a stream: fields, a filter, a line."""

    def show_document(
        self,
        out: "OutStream",
        document: Mapping[str, Any],
        *,
        answer: Collection[str],
        table: "Table | None",
    ) -> None:
        """Write what was chosen of a document, which people see as this `table`."""
        ...

    def show_lines(
        self, out: "OutStream", values: Iterable[Mapping[str, Any]], *, answer: Collection[str]
    ) -> None:
        """Write what was chosen of lines."""
        ...

    def columns(
        self, header: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """Return the columns of CSV that were chosen."""
        ...


class OutStream:
    """A text stream and what it can show: colour, motion (cursor, bars), Unicode.

    While bars are drawn, `above` prints a line above them. Threads may share the stream. With a
    `choice`, no more of JSON is written than was chosen.
    """

    def __init__(
        self,
        file: TextIO,
        *,
        is_terminal: bool = False,
        colour: bool = False,
        motion: bool = False,
        unicode: bool = True,
        fixed_width: int | None = None,
    ) -> None:
        self.file = file
        self.above: Callable[[str], None] | None = None
        self.choice: Choice | None = None
        self._lock = threading.RLock()
        self.is_terminal = is_terminal
        self.colour = colour
        self.motion = motion
        self.unicode = unicode
        self.fixed_width = fixed_width

    @property
    def width(self) -> int:
        """Return the columns of the terminal, 80 if there is none."""
        return self.size.columns

    @property
    def size(self) -> os.terminal_size:
        """Return columns and lines of the terminal, 80 and 24 if there is none."""
        if self.fixed_width is not None:
            return os.terminal_size((self.fixed_width, _FALLBACK.lines))
        if not self.is_terminal:
            return _FALLBACK
        try:
            size = os.get_terminal_size(self.file.fileno())
        except (AttributeError, OSError, ValueError):  # also a terminal that only a class tells of
            return shutil.get_terminal_size(_FALLBACK)
        return size if size.columns and size.lines else _FALLBACK

    def still(self) -> "OutStream":
        """Return the same stream without motion: on it words are not wrapped, nor set in style."""
        other = OutStream(
            self.file, is_terminal=self.is_terminal, colour=self.colour, unicode=self.unicode
        )
        other.choice = self.choice
        return other

    @property
    def is_foreground(self) -> bool:
        """Return whether the terminal is ours to draw on: no shell has it back meanwhile."""
        try:
            return os.tcgetpgrp(self.file.fileno()) == os.getpgrp()
        except (AttributeError, OSError, ValueError):  # no job control: Windows, another terminal
            return True

    def write(self, text: str) -> None:
        """Write and flush, without secrets; raise what `write_as_is` raises."""
        self.write_as_is(hide(text))

    def write_as_is(self, text: str) -> None:
        """Write and flush, so that the text is visible at once; for answers, which keep all.

        Raises BrokenPipeError if the reader went away, OllamaCliError if the disk is full.
        """
        try:  # as `writing` does, but cheaper: this runs for every token
            with self._lock:
                self.file.write(text)
                self.file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _write_error(self.file, error) from error

    def line(self, text: str = "") -> None:
        """Write one line, without secrets, above the bars if some are drawn."""
        text = hide(text)
        above = self.above
        if above is None:
            self.write_as_is(f"{text}\n")
            return
        with writing(self.file):
            above(text)

    def write_bytes(self, data: bytes) -> None:
        """Write bytes unchanged; raise what `write` raises."""
        binary: BinaryIO | None = getattr(self.file, "buffer", None)
        if binary is None:
            self.write_as_is(data.decode("utf-8", "replace"))
            return
        with writing(self.file):
            binary.write(data)
            binary.flush()


WRITERS: Final = frozenset({OutStream.write_as_is.__code__, OutStream.write_bytes.__code__})
"""The code that writes: what interrupts it must not write itself."""


@contextmanager
def writing(file: TextIO | None = None) -> Iterator[None]:
    """Raise OllamaCliError if `file` (default stdout) cannot be written, and discard its rest."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _write_error(file or sys.stdout, error) from error


def _write_error(file: TextIO, error: OSError) -> OutputError:
    redirect_to_null(file)
    return OutputError(f"cannot write the output: {error.strerror}", hint=room_hint(error))


def open_stream(file: TextIO | None, environ: Mapping[str, str], color: str = "auto") -> OutStream:
    """Find out what `file` can show; `color` (auto, always, never) wins over the environment."""
    if isinstance(file, io.TextIOWrapper) and not file.closed:
        file.reconfigure(encoding=_encoding(file), errors="replace", newline="\n")
    return find_abilities(file, environ, color)


def find_abilities(
    file: TextIO | None, environ: Mapping[str, str], color: str = "auto"
) -> OutStream:
    """Find out what `file` can show, and leave it as it is; without one, nothing is shown."""
    if file is None:  # the process was started with the stream closed, or has no console
        return OutStream(io.StringIO())
    try:
        terminal = file.isatty()
    except (AttributeError, ValueError):  # one that only writes; closed
        terminal = False
    dumb = environ.get("TERM") == "dumb"
    encoding = (getattr(file, "encoding", None) or "utf-8").lower().replace("-", "")
    return OutStream(
        file,
        is_terminal=terminal,
        colour=_colour(terminal=terminal, dumb=dumb, environ=environ, color=color),
        motion=terminal and not dumb,
        unicode=encoding in {"utf8", "utf16", "utf32", "cp65001"},
    )


def _encoding(file: io.TextIOWrapper) -> str:
    # A terminal of another encoding would garble UTF-8; pipes and files get UTF-8.
    return file.encoding if file.isatty() else "utf-8"


def _colour(*, terminal: bool, dumb: bool, environ: Mapping[str, str], color: str) -> bool:
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return terminal and not dumb


def redirect_to_null(file: TextIO | None) -> None:
    """Redirect a stream to the null device; text in its buffer is lost without an error."""
    with suppress(OSError, ValueError, AttributeError), Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), file.fileno())  # type: ignore[union-attr]  # None has none


class InStream:
    """Standard input: a terminal to ask, or a source of bytes.

    `implicit` means that it is read without being named: a pipe, a regular file or a socket,
    never a device such as /dev/null and never a closed one.
    """

    def __init__(
        self, file: BinaryIO | None, *, is_terminal: bool = False, implicit: bool = False
    ) -> None:
        self.file = file
        self.is_terminal = is_terminal
        self.implicit = implicit

    def read(
        self,
        on_silence: Callable[[], None] | None = None,
        patience: float = 2.0,
        *,
        largest: int = LARGEST_INPUT,
    ) -> bytes:
        """Read to the end, once; UsageError for more than `largest` bytes.

        `on_silence` is called if no byte comes in `patience` seconds.
        """
        file = self._take()
        with _readable():
            data = bytearray(_first_byte(file, on_silence, patience))
            while file and data and (piece := file.read(_PIECE)):
                data += piece
                if len(data) > largest:
                    raise too_large("standard input", largest)
        return bytes(data)

    def lines(
        self, on_silence: Callable[[], None] | None = None, patience: float = 2.0
    ) -> Iterator[bytes]:
        """Read line by line, once, as `read` does; UsageError for one line that is too long."""
        file = self._take()
        with _readable():
            first = _first_byte(file, on_silence, patience)
            if file and first:
                yield from limited_lines(file, "standard input", first)

    def _take(self) -> BinaryIO | None:
        file, self.file, self.implicit = self.file, None, False
        return file


@contextmanager
def _readable() -> Iterator[None]:
    """Raise UsageError where standard input cannot be read: a folder, a terminal that has gone."""
    try:
        yield
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read standard input: {words}") from error


def _first_byte(
    file: BinaryIO | None, on_silence: Callable[[], None] | None, patience: float
) -> bytes:
    if file is None:
        return b""
    timer = threads.start_later(patience, on_silence) if on_silence else None
    try:
        return file.read(1)
    finally:
        if timer:
            timer.cancel()


def limited_lines(file: BinaryIO, place: str, before: bytes = b"") -> Iterator[bytes]:
    """Yield lines, each with its newline; UsageError for one longer than a file may be.

    `before` was read of the file already.
    """
    line = before if before == b"\n" else before + file.readline(LARGEST_INPUT)
    while line:
        if len(line) >= LARGEST_INPUT:
            raise too_large(f"a line of {place}", LARGEST_INPUT)
        yield line
        line = file.readline(LARGEST_INPUT)


def too_large(what: str, largest: int) -> UsageError:
    """Make the error for an input of more than `largest` bytes."""
    size = f"{largest >> 20} MiB" if largest >= _MIB else f"{largest >> 10} KiB"
    return UsageError(f"{what} is larger than {size}")


def open_stdin() -> InStream:
    """Open standard input, and find out what it is."""
    try:
        file = sys.stdin.buffer
        mode = os.fstat(file.fileno()).st_mode
        terminal = file.isatty()
    except (AttributeError, OSError, ValueError):  # closed, or replaced by something else
        return InStream(None)
    implicit = stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
    return InStream(file, is_terminal=terminal, implicit=implicit and not terminal)
