"""Show Markdown on a terminal block by block; a complete block never changes.

The open block is echoed as it comes; once it is complete, the echo is cleared and the block is set
in style. Only an echo that is surely on the screen is cleared: a block taller than the screen, and
one during which the terminal was resized or the program stopped, stay as they are.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Final

from ollama_cli.types.text import visible
from ollama_cli.ui import motion
from ollama_cli.ui.markdown.blocks import Block, Blocks
from ollama_cli.ui.markdown.typesetter import Typesetter
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import WordWrap, clear_rows

# Columns that the echo leaves free, so that a ^C echoed by the terminal begins no new row.
_SPARE: Final = 2


class MarkdownPage:
    """Show a text as Markdown on a terminal, with one write for each piece.

    Each block of code takes one of `numbers`. If it is `accessible`, no block is echoed: each is
    shown once it is complete, in words that can be read aloud.
    """

    def __init__(
        self, out: OutStream, *, numbers: Iterator[int] | None = None, accessible: bool = False
    ) -> None:
        self._out = out
        self._echoes = not accessible
        self._style = Typesetter(
            colour=out.colour, unicode=out.unicode, numbers=numbers, accessible=accessible
        )
        self._highlighter = self._style.highlighter("")
        self._blocks = Blocks()
        self._echo = _Echo()
        self._is_empty = True
        self._pending_cr = ""

    def add(self, text: str) -> None:
        """Show a piece of the text."""
        is_plain = text.isascii() and text.isprintable() and not self._pending_cr
        if is_plain and self._echo.is_open and self._blocks.extend(text):
            self._out.write_as_is(self._echo.extend(text))  # most pieces are a word inside a line
            return
        text = self._pending_cr + text
        self._pending_cr = "\r" if text.endswith("\r") else ""  # it may be half a line break
        text = visible(text.removesuffix("\r").replace("\r\n", "\n"))
        known = self._blocks.pending
        self._show(self._blocks.feed(text), text, known)

    def add_whole(self, text: str) -> None:
        """Show the whole text in one call; nothing of it was shown before."""
        text = visible(text.replace("\r\n", "\n"))
        self._out.write_as_is(self._style.render(text, self._out.width))

    def pause(self) -> None:
        """Complete what is shown, so that other output can follow below it."""
        self.end(complete=False)
        self._is_empty = True

    def end(self, *, complete: bool) -> None:  # noqa: ARG002  a cut text is shown as a whole one
        """Show the open block in style, complete or not."""
        known = self._blocks.pending
        self._show(self._blocks.close(), "", known)

    def _show(self, blocks: Sequence[Block], text: str, known: int) -> None:
        """Show the complete blocks, then the open one; `known` characters were open before."""
        size = self._out.size
        if not blocks:
            if self._echo.is_open:
                self._out.write_as_is(self._echo.add(text, size))
            elif shown := self._echo_rest(size):
                self._out.write_as_is(shown)
            return
        parts: list[str] = []
        echoed = 0
        if self._echo.is_open:
            if self._echo.can_be_cleared(size):
                parts.append(self._echo.clear())
            else:
                echoed = known
        for block in blocks:
            if echoed:
                parts.append(self._finish_raw(block, echoed, size))
                echoed = max(0, echoed - len(block.source))
            else:
                parts.append(self._styled(block, size.columns))
        if echoed:
            parts.append(self._echo.add(self._blocks.rest[echoed:], size))
        else:
            parts.append(self._echo.keep())
            parts.append(self._echo_rest(size))
        self._out.write_as_is("".join(parts))

    def _echo_rest(self, size: os.terminal_size) -> str:
        """Return the echo of the open block, empty if it has only empty lines."""
        if self._blocks.is_blank or not self._echoes:
            return ""
        rest = self._blocks.rest.lstrip("\n")
        is_apart = not self._is_empty and not self._blocks.continues
        return self._echo.begin(size, is_apart=is_apart) + self._echo.add(rest, size)

    def _finish_raw(self, block: Block, echoed: int, size: os.terminal_size) -> str:
        """Return the rest of a block that stays as it came, after `echoed` characters of it."""
        self._styled(block, size.columns)  # it may change how later blocks are shown
        rest = block.source[echoed:]
        if echoed > len(block.source):
            return ""
        return self._echo.add(rest.rstrip("\n"), size) + self._echo.keep()

    def _styled(self, block: Block, width: int) -> str:
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
    """The open block as it came: the text that is shown, and the rows that it takes.

    Each row ends with our own line break before the terminal would wrap it, and characters of
    unclear width count as wide ones. So the count of rows is never too high.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._wrap = WordWrap()
        self._rows = 0
        self._size = os.terminal_size((0, 0))
        self._was_resized = False
        self._stops = 0

    def begin(self, size: os.terminal_size, *, is_apart: bool) -> str:
        """Begin in the line of the cursor, or below an empty line if `is_apart`."""
        self.is_open = True
        self._wrap = WordWrap(wraps_code=True, spare=_SPARE)
        self._rows = int(is_apart)
        self._size = size
        self._was_resized = False
        self._stops = motion.stops()
        return "\n" if is_apart else ""

    def add(self, text: str, size: os.terminal_size) -> str:
        """Return what shows one more piece."""
        self._was_resized = self._was_resized or size != self._size
        shown = self._wrap.wrap(text, size.columns)
        self._rows += shown.count("\n")
        return shown

    def extend(self, text: str) -> str:
        """Return what shows one more piece of a line; the size is read when the line ends."""
        shown = self._wrap.wrap(text, self._size.columns)
        if shown is not text:
            self._rows += shown.count("\n")
        return shown

    def can_be_cleared(self, size: os.terminal_size) -> bool:
        """Return whether all its rows are on the screen."""
        is_undisturbed = not self._was_resized and self._stops == motion.stops()
        return is_undisturbed and size == self._size and self._rows < size.lines

    def clear(self) -> str:
        """Return what clears it from the screen."""
        self.is_open = False
        return clear_rows(self._rows)

    def keep(self) -> str:
        """Return what ends its last line; the text stays on the screen."""
        ends = self.is_open and self._wrap.column
        self.is_open = False
        return "\n" if ends else ""
