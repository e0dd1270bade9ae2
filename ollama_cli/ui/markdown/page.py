"""Shows Markdown on a terminal block by block, and leaves alone what is complete.

The open block is echoed as it comes; once it is complete it is taken back and set in style. Only
what surely stands on the screen is taken back: a block taller than the screen, and one during
which the terminal was resized, stays as it is.
"""

import os
from collections.abc import Sequence
from typing import Final

from ollama_cli.types.text import visible
from ollama_cli.ui.markdown.blocks import Block, Blocks
from ollama_cli.ui.markdown.typesetter import Typesetter
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import WordWrap, taken_back

# Columns that the echo leaves free: a terminal that writes ^C there shall begin no other row.
_SPARE: Final = 2


class MarkdownPage:
    """Writes a text in the style of Markdown on a terminal; with each piece there is one write."""

    def __init__(self, out: OutStream) -> None:
        self._out = out
        self._style = Typesetter(colour=out.colour, unicode=out.unicode)
        self._highlighter = self._style.highlighter("")
        self._blocks = Blocks()
        self._echo = _Echo()
        self._is_empty = True
        self._carriage = ""

    def add(self, text: str) -> None:
        """Show a piece of the text."""
        is_plain = text.isascii() and text.isprintable() and not self._carriage
        if is_plain and self._echo.is_open and self._blocks.extend(text):
            self._out.write(self._echo.extend(text))  # most pieces are a word inside a line
            return
        text = self._carriage + text
        self._carriage = "\r" if text.endswith("\r") else ""  # it may be half a line break
        text = visible(text.removesuffix("\r").replace("\r\n", "\n"))
        known = self._blocks.pending
        self._show(self._blocks.feed(text), text, known)

    def add_whole(self, text: str) -> None:
        """Show a text of which nothing was shown yet and nothing will follow."""
        text = visible(text.replace("\r\n", "\n"))
        self._out.write(self._style.render(text, self._out.width))

    def pause(self) -> None:
        """Complete what is shown, so that somebody else can write below it."""
        self.end(complete=False)
        self._is_empty = True

    def end(self, *, complete: bool) -> None:  # noqa: ARG002  a cut text is shown as a whole one
        """Set the block that is open, complete or not."""
        known = self._blocks.pending
        self._show(self._blocks.close(), "", known)

    def _show(self, blocks: Sequence[Block], text: str, known: int) -> None:
        """Show what became complete, then what is open; `known` characters were open before."""
        size = self._out.size
        if not blocks:
            if self._echo.is_open:
                self._out.write(self._echo.add(text, size))
            elif shown := self._rest(size):
                self._out.write(shown)
            return
        parts: list[str] = []
        echoed = 0
        if self._echo.is_open:
            if self._echo.can_be_taken_back(size):
                parts.append(self._echo.take_back())
            else:
                echoed = known
        for block in blocks:
            if echoed:
                parts.append(self._left_raw(block, echoed, size))
                echoed = max(0, echoed - len(block.source))
            else:
                parts.append(self._set(block, size.columns))
        if echoed:
            parts.append(self._echo.add(self._blocks.rest[echoed:], size))
        else:
            parts.append(self._echo.leave())
            parts.append(self._rest(size))
        self._out.write("".join(parts))

    def _rest(self, size: os.terminal_size) -> str:
        """Echo what is open, if it is more than empty lines."""
        if self._blocks.is_blank:
            return ""
        rest = self._blocks.rest.lstrip("\n")
        is_apart = not self._is_empty and not self._blocks.continues
        return self._echo.begin(size, is_apart=is_apart) + self._echo.add(rest, size)

    def _left_raw(self, block: Block, echoed: int, size: os.terminal_size) -> str:
        """Complete a block that stays as it came; `echoed` characters of it were shown."""
        self._set(block, size.columns)  # for what it means to the blocks after it
        rest = block.source[echoed:]
        if echoed > len(block.source):
            return ""
        return self._echo.add(rest.rstrip("\n"), size) + self._echo.leave()

    def _set(self, block: Block, width: int) -> str:
        apart = "\n" if not self._is_empty and not block.joined else ""
        self._is_empty = False
        match block.kind:
            case "open":
                self._highlighter = self._style.highlighter(block.language)
                return apart + self._style.code_begins(block.language, width)
            case "code":
                return self._highlighter.line(block.line) + "\n"
            case "close":
                return self._style.code_ends(width)
        return apart + self._style.render(block.source, width, block.number)


class _Echo:
    """The open block as it came: what was written of it, and how many rows that took.

    Rows end with a line break of ours before the terminal would break them, and characters of
    unclear width count as wide ones. So never more rows are counted than there are.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._wrap = WordWrap()
        self._rows = 0
        self._size = os.terminal_size((0, 0))
        self._is_stuck = False

    def begin(self, size: os.terminal_size, *, is_apart: bool) -> str:
        """Begin where the cursor stands, at the beginning of a line, or below an empty one."""
        self.is_open = True
        self._wrap = WordWrap(wraps_code=True, spare=_SPARE)
        self._rows = int(is_apart)
        self._size = size
        self._is_stuck = False
        return "\n" if is_apart else ""

    def add(self, text: str, size: os.terminal_size) -> str:
        """Give what shows one more piece."""
        self._is_stuck = self._is_stuck or size != self._size
        shown = self._wrap.wrap(text, size.columns)
        self._rows += shown.count("\n")
        return shown

    def extend(self, text: str) -> str:
        """Give what shows one more piece of a line; the size is asked for when the line ends."""
        shown = self._wrap.wrap(text, self._size.columns)
        if shown is not text:
            self._rows += shown.count("\n")
        return shown

    def can_be_taken_back(self, size: os.terminal_size) -> bool:
        """Tell whether all its rows are on the screen."""
        return not self._is_stuck and size == self._size and self._rows < size.lines

    def take_back(self) -> str:
        """Give what clears it from the screen."""
        self.is_open = False
        return taken_back(self._rows)

    def leave(self) -> str:
        """Give what ends its last line; what was shown stays."""
        ends = self.is_open and self._wrap.column
        self.is_open = False
        return "\n" if ends else ""
