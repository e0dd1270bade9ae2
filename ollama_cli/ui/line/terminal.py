"""The terminal as prompt_toolkit sees it: keys without replies, a screen that is never asked."""

import codecs
import os
import sys
from contextlib import AbstractContextManager, suppress
from typing import Final

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from ollama_cli.ui.line.quiet import Quiet
from ollama_cli.ui.line.replies import Paste, Replies
from ollama_cli.ui.streams import OutStream

_PIECE: Final = 65536
_FEW_COLOURS: Final = frozenset({"linux", "eterm-color"})


class Keyboard(Vt100Input):
    """The keys of a terminal, whose modes `quiet` keeps."""

    def __init__(self, quiet: Quiet) -> None:
        encoding = (sys.stdin and sys.stdin.encoding) or "utf-8"
        super().__init__(os.fdopen(quiet.keys, encoding=encoding, closefd=False))
        self._quiet = quiet
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._replies = Replies(ANSI_SEQUENCES.__contains__)
        self._has_ended = False

    @property
    def closed(self) -> bool:
        """Return whether no key will come any more."""
        return self._has_ended

    def read_keys(self) -> list[KeyPress]:
        """Read what was typed."""
        data = b""
        with suppress(OSError):  # the terminal has gone
            data = os.read(self.fileno(), _PIECE)
        self._has_ended = not data
        return self._keys(self._decoder.decode(data))

    def keys_ahead(self) -> list[KeyPress]:
        """Take what was typed before the line was open, and is no longer in the terminal."""
        return self._keys(self._decoder.decode(self._quiet.take()))

    def flush_keys(self) -> list[KeyPress]:
        """Take what may begin a longer sequence for a key of its own, as nothing followed."""
        self.vt100_parser.feed(self._replies.flush())
        return super().flush_keys()

    def raw_mode(self) -> AbstractContextManager[None]:
        """Take all keys as they are."""
        return self._quiet.raw()

    def _keys(self, data: str) -> list[KeyPress]:
        for piece in self._replies.feed(data):
            if isinstance(piece, Paste):
                self._buffer.append(KeyPress(Keys.BracketedPaste, piece.text))
            else:
                self.vt100_parser.feed(piece)
        keys, self._buffer = self._buffer, []
        return keys


class Display(Vt100_Output):
    """The screen of a terminal, of which nothing is asked and whose cursor is left as it is."""

    def __init__(self, out: OutStream, term: str) -> None:
        super().__init__(out.file, lambda: _size(out), term=term, enable_bell=False)
        self.enable_cpr = False

    def enable_bracketed_paste(self) -> None:
        """Do nothing: it is on from beginning to end."""

    def disable_bracketed_paste(self) -> None:
        """Do nothing, likewise."""

    def show_cursor(self) -> None:
        """Show the cursor, blinking or not."""
        if self._cursor_visible is not True:
            self._cursor_visible = True
            self.write_raw("\x1b[?25h")


def colours(out: OutStream, term: str) -> ColorDepth:
    """Return how many colours the line may have."""
    if not out.colour:
        return ColorDepth.DEPTH_1_BIT
    return ColorDepth.DEPTH_4_BIT if term in _FEW_COLOURS else ColorDepth.DEPTH_8_BIT


def _size(out: OutStream) -> Size:
    size = out.size
    return Size(rows=size.lines, columns=size.columns)
