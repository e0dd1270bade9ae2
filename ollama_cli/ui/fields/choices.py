"""The choices of `--fields`, `--jq` and `--line`: what is written in place of whole JSON."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ollama_cli.errors import UsageError
from ollama_cli.types.tables import Table
from ollama_cli.types.text import visible
from ollama_cli.ui import tables
from ollama_cli.ui.fields import pick
from ollama_cli.ui.fields.jq_filter import Filter
from ollama_cli.ui.fields.names import MARKS, Names, check_found
from ollama_cli.ui.json_text import dumped, hidden
from ollama_cli.ui.streams import OutStream

_NONE: Final = "-"
_FEW: Final = 8
_PLACE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


class Fields:
    """Some fields: of each item of a list, or of a document that holds none.

    What stands beside a list is left out unless it is named. The schema stays, and so do the names
    of events and all of an error.
    """

    def __init__(self, fields: Sequence[str], names: Names, *, as_table: bool = False) -> None:
        self._names = names
        self._as_table = as_table
        self._paths = {field: pick.split(field) for field in fields}
        self._beside = {field for field in fields if names.is_beside(field)}

    def show_document(
        self,
        out: OutStream,
        document: Mapping[str, Any],
        *,
        answer: Collection[str],
        table: Table | None,
    ) -> None:
        """Write what was chosen of a document, as JSON or as a table."""
        if self._as_table:
            self._show_table(out, document, table)
            return
        indent = 2 if out.is_terminal else None
        out.write_as_is(dumped(out, self.of(document), answer=answer, indent=indent) + "\n")

    def show_lines(
        self, out: OutStream, values: Iterable[Mapping[str, Any]], *, answer: Collection[str]
    ) -> None:
        """Write what was chosen of lines."""
        lines = [dumped(out, self.of_line(value), answer=answer) for value in values]
        out.write_as_is("".join(f"{line}\n" for line in lines))

    def columns(
        self, header: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """Return the columns of CSV that were chosen, each named by its path."""
        for field, (first, *_) in self._paths.items():
            if first not in header:
                raise UsageError(f"CSV has no column {field}", hint=f"it has {_few(header)}")
        places = [(header.index(first), tuple(rest)) for first, *rest in self._paths.values()]
        chosen = (
            [pick.text(pick.value(row[at], rest)) if rest else row[at] for at, rest in places]
            for row in rows
        )
        return list(self._paths), chosen

    def of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the part of a document that was chosen, under its schema."""
        marks = {"schema": document["schema"]}
        items = _items_of(document, self._names)
        if items is None:
            check_found(document, self._paths, self._names)
            return marks | pick.of_record(document, [*self._paths.values()])
        own = self._paths.keys() - self._beside - {*MARKS}
        inside = [path for field, path in self._paths.items() if field in own]
        beside = [path for field, path in self._paths.items() if field in self._beside]
        listed = {self._names.items: pick.part(items, inside)} if inside else {}
        return marks | listed | pick.of_record(document, beside)

    def of_line(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the part of a line that was chosen; an error stays whole."""
        if value.get("event") == "error":
            return value
        marks = {mark: value[mark] for mark in MARKS if mark in value}
        return marks | pick.of_record(value, [*self._paths.values()], whole=False)

    def _show_table(self, out: OutStream, document: Mapping[str, Any], table: Table | None) -> None:
        items = _items_of(document, self._names)
        if items is None or len(self._beside) == len(self._paths):
            check_found(document, self._paths, self._names)
            rows = [[f, _cell(pick.value(document, path))] for f, path in self._paths.items()]
            tables.show_wrapped(out, ("FIELD", "VALUE"), rows)
            return
        titles = {} if table is None else {field: t for t, field in table.columns.items()}
        shown: dict[str, Sequence[str]] = {}
        for field, path in self._paths.items():
            if table is not None and field in titles:
                place = list(table.columns).index(titles[field])
                shown[titles[field]] = [row[place] for row in table.rows]
            else:
                holders = [document] * len(items) if field in self._beside else items
                shown[field.upper()] = [_cell(pick.value(each, path)) for each in holders]
        show = tables.show_wrapped if table is not None and table.wraps else tables.show_table
        show(out, list(shown), list(zip(*shown.values(), strict=True)))


class _OfJson:
    """A choice that is none of CSV."""

    def columns(
        self, header: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """Return all columns."""
        return header, rows


class Filtered(_OfJson):
    """What a filter of jq makes of each document or line, of the `fields` that were chosen first.

    Texts are written as they are, as `jq -r` does, all else as JSON.
    """

    def __init__(self, program: Filter, fields: Fields | None = None) -> None:
        self._program = program
        self._fields = fields

    def show_document(
        self,
        out: OutStream,
        document: Mapping[str, Any],
        *,
        answer: Collection[str],
        table: Table | None,  # noqa: ARG002  for people
    ) -> None:
        """Write what becomes of a document."""
        chosen = document if self._fields is None else self._fields.of(document)
        self._show(out, chosen, answer)

    def show_lines(
        self, out: OutStream, values: Iterable[Mapping[str, Any]], *, answer: Collection[str]
    ) -> None:
        """Write what becomes of each line."""
        for value in values:
            self._show(out, value if self._fields is None else self._fields.of_line(value), answer)

    def _show(self, out: OutStream, value: Mapping[str, Any], answer: Collection[str]) -> None:
        indent = 2 if out.is_terminal else None
        for result in self._program.run(hidden(value, answer)):
            if isinstance(result, str):
                text = visible(result) if out.is_terminal else result
            else:
                text = dumped(out, result, indent=indent)
            out.write_as_is(f"{text}\n")


class Line(_OfJson):
    r"""A line for each item of a list, each event, or a document that holds no list.

    `{{name}}` is filled in, in one pass; `\n`, `\t` and `\\` are read in the text alone.
    """

    def __init__(self, text: str, names: Names, found: Mapping[str, str]) -> None:
        """`found` are the names in the text, each as the JSON has it."""
        self._names = names
        self._parts = list(_parts(text))
        self._paths = {name: pick.split(found[name]) for name in places(text)}
        self._beside = {name for name in self._paths if names.is_beside(found[name])}

    def show_document(
        self,
        out: OutStream,
        document: Mapping[str, Any],
        *,
        answer: Collection[str],
        table: Table | None,  # noqa: ARG002  for people
    ) -> None:
        """Write a line for each item, or for the document."""
        shown: Any = hidden(document, answer)
        items = _items_of(shown, self._names)
        if items is None:
            check_found(document, self._paths, self._names)
        filled = [self._fill(each, shown) for each in ([shown] if items is None else items)]
        self._write(out, filled)

    def show_lines(
        self, out: OutStream, values: Iterable[Mapping[str, Any]], *, answer: Collection[str]
    ) -> None:
        """Write a line for each of the values that has one of the names at all."""
        self._write(
            out,
            [
                self._fill(hidden(value, answer), {})
                for value in values
                if not self._paths or any(pick.has(value, p) for p in self._paths.values())
            ],
        )

    def _fill(self, item: object, document: Mapping[str, Any]) -> str:
        filled = []
        for text, is_place in self._parts:
            holder = document if text in self._beside else item
            filled.append(pick.text(pick.value(holder, self._paths[text])) if is_place else text)
        return "".join(filled)

    def _write(self, out: OutStream, lines: Sequence[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        out.write_as_is(visible(text) if out.is_terminal else text)


def places(text: str) -> list[str]:
    """List the names that a line wants to be filled in."""
    return [name for name, is_place in _parts(text) if is_place]


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a line: texts, and names of what is filled in."""
    for number, part in enumerate(_PLACE.split(text)):
        if number % 2:
            yield part.strip(), True
        elif part:
            yield re.sub(r"\\[nt\\]", lambda found: _ESCAPES[found[0]], part), False


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (", …" if len(names) > _FEW else "")


def _cell(value: object) -> str:
    return pick.text(value) or _NONE


def _items_of(document: Mapping[str, Any], names: Names) -> Sequence[Any] | None:
    """Return the items of the list that a document holds; None if it is none of a list."""
    found = document.get(names.items)
    return found if isinstance(found, list | tuple) else None
