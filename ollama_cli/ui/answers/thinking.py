"""Shows the thinking of a model while it lasts, and then how long it took."""

import os
import time
from collections.abc import Callable

from ollama_cli.types.text import visible
from ollama_cli.types.units import format_duration
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import WordWrap, taken_back


class Thoughts:
    """Writes the thinking to a stream, dim where there is colour, and a blank line after it.

    Where it `folds` it takes no more than the screen, beginning again at the top where that is
    full, and becomes one line at its end; `clock` counts seconds.
    """

    def __init__(
        self, stream: OutStream, *, folds: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._folds = folds
        self._clock = clock
        self._began: float | None = None
        self._ends_line = False
        self._wrap = WordWrap()
        self._size = os.terminal_size((0, 0))
        self._rows = 0
        self._line = ""

    def add(self, text: str) -> None:
        """Show a piece of the thinking."""
        if self._began is None:
            self._began = self._clock()
            self._begin_again()
        self._ends_line = text.endswith("\n")
        text = visible(text)
        if self._folds:
            self._add_folding(text)
        else:
            moves = self._stream.motion
            self._write(self._wrap.wrap(text, self._stream.width) if moves else text)

    def end(self) -> None:
        """Fold what was shown into one line, or set it apart from what follows."""
        if self._began is None:
            return
        if self._folds:
            seconds = max(1.0, float(round(self._clock() - self._began)))
            self._stream.write(self._taken_back())
            self._write(f"thought for {format_duration(seconds)}")
            self._ends_line = False
        self._stream.write("\n" if self._ends_line else "\n\n")
        self._began = None

    def _add_folding(self, text: str) -> None:
        size = self._stream.size
        if size != self._size:  # nobody knows where the rows went: they are left alone
            self._stream.write("\n" if self._size.columns and self._wrap.column else "")
            self._begin_again()
        self._line = (self._line + text).rpartition("\n")[2][-size.columns :]
        shown = self._wrap.wrap(text, size.columns)
        rows = self._rows + shown.count("\n")
        if rows < size.lines - 1:
            self._rows = rows
            self._write(shown)
            return
        back, line = self._taken_back(), self._line
        self._begin_again()
        # One row and no more: a screen may be too low, or too narrow, for what was kept.
        self._line = line
        self._stream.write(back)
        self._write(self._wrap.wrap(line, size.columns).rpartition("\n")[2])

    def _begin_again(self) -> None:
        self._wrap = WordWrap(wraps_code=True, spare=2) if self._folds else WordWrap()
        self._size = self._stream.size
        self._rows = 0
        self._line = ""

    def _taken_back(self) -> str:
        """Give what clears the rows that were shown, unless the terminal has another size now."""
        if self._stream.size != self._size:
            return "\n" if self._wrap.column else ""
        return taken_back(self._rows)

    def _write(self, text: str) -> None:
        self._stream.write(f"\x1b[2m{text}\x1b[22m" if self._stream.colour else text)
