"""Show the thinking of a model while it lasts, and then how long it took."""

import os
import time
from collections.abc import Callable
from typing import Final

from ollama_cli.types.text import visible
from ollama_cli.types.units import format_duration
from ollama_cli.ui import motion
from ollama_cli.ui.answers.lines import Lines
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import WordWrap, clear_rows

_TOLD_SECONDS: Final = 30.0


class ThinkingDisplay:
    """Write the thinking to a stream, dim if it has colour, and a blank line after it.

    If it `folds`, it uses at most one screen: a full screen is cleared and filled again from the
    top. At its end it becomes one line. If it is `spoken`, nothing is cleared: what folds is not
    shown, but told of now and then, and what is kept is written line by line. `clock` returns
    seconds.
    """

    def __init__(
        self,
        stream: OutStream,
        *,
        folds: bool,
        spoken: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._folds = folds
        self._lines = Lines() if spoken else None
        self._told = 0.0
        self._clock = clock
        self._started: float | None = None
        self._ends_line = False
        self._wrap = WordWrap()
        self._size = os.terminal_size((0, 0))
        self._stops = 0
        self._rows = 0
        self._line = ""

    def add(self, text: str) -> None:
        """Show a piece of the thinking."""
        if self._started is None:
            self._started = self._told = self._clock()
            self._reset()
        if self._lines is not None:
            if self._folds:
                self._tell(self._started)
                return
            if whole := self._lines.add(text):
                self._ends_line = True
                self._write(visible(whole))
            return
        self._ends_line = text.endswith("\n")
        text = visible(text)
        if self._folds:
            self._add_folding(text)
        else:
            moves = self._stream.motion
            self._write(self._wrap.wrap(text, self._stream.width) if moves else text)

    def end(self) -> None:
        """Fold what was shown into one line, or end it with a blank line."""
        if self._started is None:
            return
        if self._folds:
            self._stream.write_as_is("" if self._lines else self._clear_shown())
            self._write(f"thought for {self._since(self._started)}")
            self._ends_line = False
        elif self._lines is not None and (rest := self._lines.rest()):
            self._write(visible(rest))
            self._ends_line = False
        self._stream.write_as_is("\n" if self._ends_line else "\n\n")
        self._started = None

    def _tell(self, started: float) -> None:
        if self._clock() - self._told >= _TOLD_SECONDS:
            self._told = self._clock()
            self._stream.line(f"thinking: {self._since(started)}")

    def _since(self, started: float) -> str:
        return format_duration(max(1.0, float(round(self._clock() - started))))

    def _add_folding(self, text: str) -> None:
        size = self._stream.size
        if self._is_disturbed(size):  # the rows may have moved: they stay as they are
            self._stream.write_as_is("\n" if self._size.columns and self._wrap.column else "")
            self._reset()
        self._line = (self._line + text).rpartition("\n")[2][-size.columns :]
        shown = self._wrap.wrap(text, size.columns)
        rows = self._rows + shown.count("\n")
        if rows < size.lines - 1:
            self._rows = rows
            self._write(shown)
            return
        back, line = self._clear_shown(), self._line
        self._reset()
        # Only one row: the screen may be too small for the whole line.
        self._line = line
        self._stream.write_as_is(back)
        self._write(self._wrap.wrap(line, size.columns).rpartition("\n")[2])

    def _reset(self) -> None:
        self._wrap = WordWrap(wraps_code=True, spare=2) if self._folds else WordWrap()
        self._size = self._stream.size
        self._stops = motion.stops()
        self._rows = 0
        self._line = ""

    def _clear_shown(self) -> str:
        """Return what clears the shown rows, or ends the line if they may have moved."""
        if self._is_disturbed(self._stream.size):
            return "\n" if self._wrap.column else ""
        return clear_rows(self._rows)

    def _is_disturbed(self, size: os.terminal_size) -> bool:
        return size != self._size or motion.stops() != self._stops

    def _write(self, text: str) -> None:
        self._stream.write_as_is(f"\x1b[2m{text}\x1b[22m" if self._stream.colour else text)
