"""Tables for people; on a terminal never wider than its screen."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from ollama_cli.types.tables import Table
from ollama_cli.types.text import one_line
from ollama_cli.ui import cells
from ollama_cli.ui.streams import OutStream

_GAP: Final = 2
_NARROWEST: Final = 20
_INDENT: Final = 4
# The columns whose texts are shortened before others go.
_NAMES: Final = ("NAME", "MODEL", "URL", "HOST", "TITLE")
_SENTENCES: Final = ("ERROR",)  # of these the beginning tells the most


def show(out: OutStream, table: Table) -> None:
    """Write a table as it wants to be shown."""
    if table.wraps:
        show_wrapped(out, tuple(table.columns), table.rows)
    else:
        show_table(out, tuple(table.columns), table.rows, spare=table.spare)


def show_table(
    out: OutStream,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    spare: Sequence[str] = (),
) -> None:
    """Write a table; if it is too wide, shorten its names, then leave out columns.

    Names are shortened in their middle and sentences at their end, to 20 cells at the least; if
    that is not enough, the columns in `spare` go one by one, in order.
    """
    columns = {
        name: [name, *(one_line(row[place]) for row in rows)] for place, name in enumerate(header)
    }
    if out.is_terminal:
        columns = _fitting(columns, spare, out)
    widths = [_widest(texts) for texts in columns.values()]
    for number, row in enumerate(zip(*columns.values(), strict=True)):
        _write_row(out, row, widths, is_header=number == 0)


def show_wrapped(out: OutStream, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table; on a terminal, wrap its last column, so that no text is cut.

    Where the others leave it no room, each text stands below its row.
    """
    rows = [[one_line(cell) for cell in row] for row in rows]
    fixed = [_widest(column) for column in zip(header, *rows, strict=True)][:-1]
    room = out.width - sum(fixed) - _GAP * len(fixed) if out.is_terminal else sys.maxsize
    if room < _NARROWEST:
        for number, (*names, text) in enumerate((header, *rows)):
            _write_row(out, names, fixed, is_header=number == 0)
            for line in cells.break_lines(text, out.width - _INDENT, whole_words=False):
                out.line(" " * _INDENT + line)
        return
    wrapped: list[Sequence[str]] = []
    for *names, text in rows:
        first, *more = cells.break_lines(text, room, whole_words=False) or [""]
        wrapped += [(*names, first), *((*[""] * len(names), line) for line in more)]
    show_table(out, header, wrapped)


def show_terms(out: OutStream, rows: Sequence[tuple[str, str]]) -> None:
    """Write terms, and beside each what it means; on a terminal no word is broken.

    Where the terms leave no room, each meaning stands below its term.
    """
    begin = max(cells.width(term) for term, _ in rows) + _GAP
    is_beside = out.width - begin >= _NARROWEST
    for term, meaning in rows:
        if not out.is_terminal:
            out.line(cells.fill(term, begin) + meaning)
        elif is_beside:
            first, *more = cells.break_lines(meaning, out.width - begin)
            out.line(cells.fill(term, begin) + first)
            for line in more:
                out.line(" " * begin + line)
        else:
            out.line(term)
            for line in cells.break_lines(meaning, out.width - _INDENT):
                out.line(" " * _INDENT + line)


def show_paragraph(out: OutStream, text: str) -> None:
    """Write a paragraph; on a terminal it is broken between its words."""
    for line in cells.break_lines(text, out.width) if out.is_terminal else [text]:
        out.line(line)


def show_section(out: OutStream, title: str, rows: Sequence[Sequence[str]]) -> None:
    """Write a section as `ollama show` does: a title, indented rows, a blank line.

    On a terminal the last text of each row is broken between its words.
    """
    texts = [[one_line(cell) for cell in row] for row in rows]
    widths = [_widest(column) for column in zip(*texts, strict=True)]
    begin = _INDENT + sum(widths[:-1]) + _INDENT * (len(widths) - 1)
    room = max(_NARROWEST, out.width - begin)
    out.line(f"  {title}")
    for *names, text in texts:
        before = "".join(map(cells.fill, names, [each + _INDENT for each in widths]))
        lines = cells.break_lines(text, room) if out.is_terminal else [text]
        for number, line in enumerate(lines or [""]):
            lead = before if number == 0 else " " * (begin - _INDENT)
            out.line(f"{' ' * _INDENT}{lead}{line}".rstrip())
    out.line()


def _write_row(
    out: OutStream, row: Sequence[str], widths: Sequence[int], *, is_header: bool
) -> None:
    text = (" " * _GAP).join(map(cells.fill, row, widths)).rstrip()
    if out.is_terminal:
        text = cells.cut(text, out.width, _mark(out))
    out.line(f"\x1b[1m{text}\x1b[0m" if out.colour and is_header else text)


def _fitting(
    columns: dict[str, list[str]], spare: Sequence[str], out: OutStream
) -> dict[str, list[str]]:
    """Return the columns that are left, their names shortened as far as they must be."""
    left = dict(columns)
    widths = {name: _widest(texts) for name, texts in columns.items()}
    may_shrink = (*_NAMES, *_SENTENCES)
    least = {name: min(_NARROWEST, w) if name in may_shrink else w for name, w in widths.items()}
    for name in spare:
        if _total(least[name] for name in left) <= out.width:
            break
        del left[name]
    excess = _total(widths[name] for name in left) - out.width
    for name in sorted(left, key=lambda name: widths[name] - least[name], reverse=True):
        taken = min(excess, widths[name] - least[name])
        if taken > 0:
            room = widths[name] - taken
            shorten = cells.cut if name in _SENTENCES else cells.shorten
            left[name] = [shorten(text, room, _mark(out)) for text in left[name]]
            excess -= taken
    return left


def _widest(texts: Sequence[str]) -> int:
    return max(map(cells.width, texts))


def _total(widths: Iterable[int]) -> int:
    found = list(widths)
    return sum(found) + _GAP * (len(found) - 1)


def _mark(out: OutStream) -> str:
    return "…" if out.unicode else "~"
