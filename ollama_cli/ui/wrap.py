"""Wrap words at the edge of a terminal, while each piece is shown as soon as it comes."""

import re
from collections.abc import Iterator
from typing import Final

from ollama_cli.ui.cells import cells
from ollama_cli.ui.streams import OutStream

_FENCES: Final = ("```", "~~~")
_LONGEST_MARK: Final = 8
_TAB: Final = 8
# Characters that take no cell, two cells, or a number that depends on the column.
_UNEVEN: Final = re.compile(
    r"([^\n -~\xa0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205e\u2190-\u2319"
    r"\u2500-\u25fc\u2600-\u2613\u2701-\u2704\u2706-\u2709\u270c-\u2727]+)"
)
# These change the width of the character before them, but only on some terminals.
_UNCLEAR: Final = re.compile("[\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")


def wrapped(text: str, out: OutStream) -> str:
    """Return a whole text with words kept together, as far as it is shown on a terminal."""
    return WordWrap().wrap(text, out.width) if out.motion else text


class WordWrap:
    """Break lines so that a word at the edge of a terminal moves to the next line whole.

    The part of the word that is already shown is cleared. The terminal itself wraps lines of code,
    fenced or indented, so that a copied line has no added breaks, unless `wraps_code` is set: then
    every row ends with a line break, so that rows can be counted.
    """

    def __init__(self, *, wraps_code: bool = False, spare: int = 1) -> None:
        self._wraps_code = wraps_code
        self._spare = spare  # a cursor in the last column cannot be moved back reliably
        self._column = 0
        self._word = ""
        self._start = ""
        self._in_fence = False

    def wrap(self, text: str, width: int) -> str:
        """Return the text with line breaks, for a terminal of `width` columns."""
        edge = max(2, width - self._spare)
        if self._column + len(text) <= edge and text.isascii() and text.isprintable():
            if len(self._start) < _LONGEST_MARK:
                self._start += text
            self._advance(text)  # most pieces are a word that fits
            return text
        wrap_line = self._wrap_uneven if _UNEVEN.search(text) else self._wrap_even
        first, *others = text.split("\n")
        shown = [wrap_line(first, edge)]
        for line in others:
            self._end_line()
            shown.append(wrap_line(line, edge))
        return "\n".join(shown)

    @property
    def column(self) -> int:
        """Return the column of the text, 0 at the beginning of a line."""
        return self._column

    def _advance(self, text: str) -> None:
        _, blank, word = text.rpartition(" ")
        self._word = word if blank else self._word + text
        self._column += len(text)

    def _wrap_uneven(self, line: str, edge: int) -> str:
        even = True
        parts: list[str] = []
        for piece in _UNEVEN.split(line):
            if even:
                parts.append(self._wrap_even(piece, edge))
            else:
                parts += [self._wrap_character(character, edge) for character in piece]
            even = not even
        return "".join(parts)

    def _wrap_even(self, piece: str, edge: int) -> str:
        """Wrap a piece of one line in which each character takes one cell."""
        if not piece:
            return ""
        if len(self._start) < _LONGEST_MARK:
            self._start += piece[:_LONGEST_MARK]
        if self._is_code():
            self._column += len(piece)
            return piece
        if self._column + len(piece) <= edge:
            self._advance(piece)
            return piece
        return "".join(self._rows(piece, edge))

    def _rows(self, line: str, edge: int) -> Iterator[str]:
        """Split a piece that is too long for the row: at its last blank, else anywhere."""
        begin = 0
        while len(line) - begin > edge - self._column:
            over = begin + edge - self._column
            blank = line.rfind(" ", begin, over + 1)
            if blank >= 0:
                yield line[begin:blank] + "\n"
                self._column, self._word, begin = 0, "", blank + 1
            elif begin == 0 and sum(map(cells, self._word)) < self._column:
                yield self._break(edge)  # the shown part of the word moves too
            else:
                yield line[begin:over] + "\n"
                self._column, self._word, begin = 0, "", over
        self._advance(line[begin:])
        yield line[begin:]

    def _wrap_character(self, character: str, edge: int) -> str:
        if len(self._start) < _LONGEST_MARK:
            self._start += character
        if character in " \t":
            return self._wrap_blank(character, edge)
        wide = cells(character)
        before = ""
        if not self._is_code():  # its words are never moved
            if self._column + wide > edge:
                before = self._break(edge)
            self._word += character
        self._column += wide
        return before + character

    def _wrap_blank(self, character: str, edge: int) -> str:
        self._word = ""
        step = _TAB - self._column % _TAB if character == "\t" else 1
        if self._column + step > edge and not self._is_code():
            self._column = 0
            return "\n"
        self._column += step
        return character

    def _break(self, edge: int) -> str:
        shown = sum(map(cells, self._word))
        # A word as long as the line breaks anywhere, and so does a word of unclear width: to clear
        # it could also clear the text before it.
        if shown >= min(edge, self._column) or _UNCLEAR.search(self._word):
            self._word, self._column = "", 0
            return "\n"
        self._column = shown
        back = f"\x1b[{shown}D\x1b[K" if shown else ""
        return f"{back}\n{self._word}"

    def _end_line(self) -> None:
        if self._start.lstrip().startswith(_FENCES):
            self._in_fence = not self._in_fence
        self._column, self._word, self._start = 0, "", ""

    def _is_code(self) -> bool:
        is_code = self._in_fence or self._start.startswith(("    ", "\t"))
        return is_code and not self._wraps_code


def clear_rows(rows: int) -> str:
    """Return what clears the cursor's row and `rows` above it, and moves to their start."""
    # Row by row: tmux moves a screen that is cleared in one step into the scrollback.
    return "\r\x1b[K" + "\x1b[A\x1b[K" * rows
