"""Long tables and documents on a terminal: collected first, then shown page by page."""

import io
import re
from collections.abc import Mapping
from typing import Final, TextIO

from ollama_cli.system import foreground
from ollama_cli.ui import cells
from ollama_cli.ui.streams import OutStream

USUAL: Final = ("less", "-FRX")
"""Ends by itself if all fits, lets colours through, and leaves what was shown on the screen."""

# For pagers of the user that are named without options: less and lv read them.
_OPTIONS: Final = {"LESS": "FRX", "LV": "-c"}
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class Pages(io.StringIO):
    """What would go to a terminal; whoever asks is told of that terminal."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__(newline="")
        self._terminal = terminal

    def fileno(self) -> int:
        """Return the descriptor of the terminal."""
        return self._terminal.fileno()

    def isatty(self) -> bool:
        """Return that it is a terminal."""
        return True


class PagedStream(OutStream):
    """A stream to a terminal that is shown at its end."""

    def __init__(self, out: OutStream) -> None:
        self._pages = Pages(out.file)
        self._out = out
        super().__init__(
            self._pages,
            is_terminal=out.is_terminal,
            colour=out.colour,
            motion=out.motion,
            unicode=out.unicode,
            fixed_width=out.fixed_width,
        )

    @property
    def is_long(self) -> bool:
        """Return whether it takes more than the screen has, of which one line is the shell's."""
        lines = self._pages.getvalue().split("\n")[:-1]
        columns, rows = self._out.size
        if len(lines) >= rows:
            return True
        widths = (cells.width(_COLOUR.sub("", line)) for line in lines)
        return sum(max(1, -(-width // columns)) for width in widths) >= rows

    def show(self) -> None:
        """Show what was collected as it is; raises what `write_as_is` raises."""
        text = self._taken()
        if text:
            self._out.write_as_is(text)

    def page(self, command: str | None, environ: Mapping[str, str]) -> str:
        """Show what was collected in a pager: the user's, or None for the usual one.

        Returns why that could not be done, for the user's own one: it is then shown as it is.
        """
        words = list(USUAL) if command is None else foreground.split(command)
        if words in ([], ["cat"]):
            self.show()
            return "" if words else f"cannot read the pager {command!r}: it is shown as it is"
        data = self._pages.getvalue().encode(self._out.file.encoding or "utf-8", "replace")
        try:
            was_shown = foreground.page(words, data, {**_OPTIONS, **environ})
            reason = "there is no such command"
        except OSError as error:
            was_shown, reason = False, (error.strerror or str(error)).lower()
        if was_shown:
            self._taken()
            return ""
        self.show()
        return "" if command is None else f"cannot run the pager {words[0]}: {reason}"

    def _taken(self) -> str:
        text = self._pages.getvalue()
        self._pages.seek(0)
        self._pages.truncate()
        return text
