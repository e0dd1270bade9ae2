"""A screen in this process: a stream of ours writes on it, pyte shows what a user would see."""

import io
import os
import re

import pyte

from ollama_cli.ui.streams import OutStream

_UP = re.compile(r"(?:\x1b\[A\x1b\[K)+")


class Screen(OutStream):
    """A terminal of columns and rows that can be resized; `raw` is all that was written."""

    def __init__(self, columns: int = 80, rows: int = 24, *, colour: bool = False) -> None:
        super().__init__(io.StringIO(), is_terminal=True, colour=colour, motion=True)
        self.seen = pyte.HistoryScreen(columns, rows, history=5000, ratio=1)
        self.feed = pyte.Stream(self.seen)
        self.writes: list[str] = []

    @property
    def size(self) -> os.terminal_size:
        return os.terminal_size((self.seen.columns, self.seen.lines))

    def write_as_is(self, text: str) -> None:
        self.writes.append(text)
        self.feed.feed(text.replace("\n", "\r\n"))

    def resize(self, columns: int, rows: int) -> None:
        self.seen.resize(rows, columns)

    @property
    def raw(self) -> str:
        return "".join(self.writes)

    @property
    def past(self) -> list[str]:
        """The lines that left the screen at its top."""
        return [row_text(row, self.seen.columns) for row in self.seen.history.top]

    @property
    def lines(self) -> list[str]:
        """Scrollback and screen, without blank lines and blanks at the ends."""
        return filled([*self.past, *self.seen.display])


def row_text(row: dict[int, pyte.screens.Char], columns: int) -> str:
    """Give the text of a line in the scrollback; the second cell of a wide character is empty."""
    return "".join(row[column].data for column in range(columns))


def filled(lines: list[str]) -> list[str]:
    return [line.rstrip() for line in lines if line.strip()]


def highest_climbs(raw: str) -> list[int]:
    """List how many rows each movement upwards takes."""
    return [climb.count("A") for climb in _UP.findall(raw)]
