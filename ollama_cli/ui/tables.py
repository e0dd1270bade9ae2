"""Tables for people; on a terminal never wider than its screen."""

import sys
import textwrap
from collections.abc import Sequence
from typing import Final

from ollama_cli.types.text import one_line
from ollama_cli.ui.streams import OutStream

_GAP: Final = 2
_NARROWEST: Final = 20


def show_table(
    out: OutStream,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    spare: Sequence[str] = (),
) -> None:
    """Write a table; if it is too wide, leave out the columns in `spare`, one by one in order."""
    shown = list(header)
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for name in spare:
        if not out.is_terminal or _width(shown, header, widths) <= out.width:
            break
        shown.remove(name)
    columns = [header.index(name) for name in shown]
    for number, row in enumerate((header, *cells)):
        text = (" " * _GAP).join(row[i].ljust(widths[i]) for i in columns).rstrip()
        if out.is_terminal:
            text = _cut(out, text)
        out.line(f"\x1b[1m{text}\x1b[0m" if out.colour and number == 0 else text)


def show_wrapped(out: OutStream, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table; on a terminal, wrap its last column, so that no text is cut."""
    fixed = [max(map(len, column)) + _GAP for column in zip(header, *rows, strict=True)][:-1]
    room = max(_NARROWEST, out.width - sum(fixed)) if out.is_terminal else sys.maxsize
    wrapped: list[Sequence[str]] = []
    for *names, text in rows:
        first, *more = textwrap.wrap(text, room)
        wrapped += [(*names, first), *((*[""] * len(names), line) for line in more)]
    show_table(out, header, wrapped)


def show_section(out: OutStream, title: str, rows: Sequence[Sequence[str]]) -> None:
    """Write a section as `ollama show` does: a title, indented rows, a blank line."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    out.line(f"  {title}")
    for row in cells:
        text = (" " * 4).join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.line(f"    {text.rstrip()}")
    out.line()


def _width(shown: Sequence[str], header: Sequence[str], widths: Sequence[int]) -> int:
    return sum(widths[header.index(name)] for name in shown) + _GAP * (len(shown) - 1)


def _cut(out: OutStream, text: str) -> str:
    if len(text) <= out.width:
        return text
    return text[: out.width - 1] + ("…" if out.unicode else "~")
