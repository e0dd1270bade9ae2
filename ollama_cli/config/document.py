"""The text of a TOML file, in which one thing is changed and all else stays to the byte.

tomlkit tells where a key or a table stands; the text is cut, replaced or added to at that place
alone. A change after which the standard library would not read the wanted values is not made.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, InlineTable, Item, Table

from ollama_cli.errors import ConfigError
from ollama_cli.system import files

# A character of no file: where it turns up in what tomlkit writes is where a thing stands.
_MARKS: Final = range(0xE000, 0xF8FF)
Name = tuple[str, ...]


class Statement(NamedTuple):
    """A header (`[a.b]`) or `key = value`: `name` in full, and the `table` whose header it follows.

    `start` is where its line begins, `end` where what it says ends, before a comment behind it.
    """

    name: Name
    table: Name
    item: Item
    start: int
    end: int

    @property
    def is_header(self) -> bool:
        """Return whether it begins a table."""
        return isinstance(self.item, Table)


class Document:
    """One TOML text of the file `place`, and a top-level `table` in it that is to be changed.

    The methods return the changed text; they raise ConfigError if that cannot be done without
    touching anything else.
    """

    def __init__(self, text: str, place: str, table: str) -> None:
        self._text = text
        self._place = place
        self._table = table
        self._values = files.parse_toml(text, place)
        self._newline = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
        self._mark = next(each for each in map(chr, _MARKS) if each not in text)
        self._tree = tomlkit.document()
        self._statements: list[Statement] = []
        try:
            self._tree = tomlkit.parse(text)
            if self._tree.as_string() == text:
                self._statements = list(self._find())
        except Exception as error:
            raise self._refusal() from error

    def with_value(self, key: str, value: object) -> str:
        """Set a key of the table to a value: in its place, else beside its neighbours."""
        return self._first(self._wanted(key, value), self._settings(key, value))

    def with_table(self, key: str, fields: Mapping[str, object]) -> str:
        """Add a table within the table."""
        return self._first(self._wanted(key, dict(fields)), self._additions(key, fields))

    def without(self, key: str) -> str:
        """Remove a key or a table of the table, with all below it.

        The comments inside a table go along, and those directly above its header.
        """
        left = {name: each for name, each in self._values[self._table].items() if name != key}
        wanted = [{**self._values, self._table: left}]
        if not left:  # nothing else may have said that there is such a table
            wanted.append({n: each for n, each in self._values.items() if n != self._table})
        return self._first(wanted, self._removals(key))

    def _wanted(self, key: str, value: object) -> list[dict[str, Any]]:
        return [{**self._values, self._table: {**self._values.get(self._table, {}), key: value}}]

    def _first(self, wanted: Sequence[Mapping[str, Any]], texts: Iterable[str]) -> str:
        """Return the first of the texts that has the wanted values."""
        for text in texts:
            try:
                values = files.parse_toml(text, self._place)
            except ConfigError:  # what looked like a line stands in a text of several lines
                continue
            if any(_is_same(values, each) for each in wanted):
                return text
        raise self._refusal()

    def _settings(self, key: str, value: object) -> Iterator[str]:
        name, line = (self._table, key), f"{_key(key)} = {_literal(value)}"
        for each in self._statements:
            if each.name == name and not each.is_header:
                start = each.end - len(each.item.as_string())
                yield self._text[:start] + _literal(value) + self._text[each.end :]
        yield from self._inline(key, value)
        for header in self._statements:
            if header.name == (self._table,) and header.is_header:
                yield from self._below(header, key, line)
        yield from self._dotted(f"{_key(self._table)}.{line}")
        yield self._with_end(f"[{_key(self._table)}]", line)

    def _additions(self, key: str, fields: Mapping[str, object]) -> Iterator[str]:
        yield from self._inline(key, dict(fields))
        lines = [f"{_key(name)} = {_literal(value)}" for name, value in fields.items()]
        place = f"{_key(self._table)}.{_key(key)}"
        yield self._with_end(f"[{place}]", *lines)
        yield from self._dotted(*(f"{place}.{line}" for line in lines))

    def _removals(self, key: str) -> Iterator[str]:
        name = (self._table, key)
        spans: list[tuple[Statement, int]] = []
        header: Statement | None = None
        for each in self._statements:
            if each.name[: len(name)] != name:
                continue
            if header and (
                self._end_of(header) == each.start if each.is_header else each.table == header.name
            ):
                spans[-1] = (spans[-1][0], self._line_end(each.end))  # what is between goes along
            else:
                spans.append((each, self._line_end(each.end)))
            header = each if each.is_header else header
        if not spans:
            yield from self._inline(key, None)
            return
        yield self._cut((self._comments_above(each), end) for each, end in spans)
        yield self._cut((each.start, end) for each, end in spans)

    def _below(self, header: Statement, key: str, line: str) -> Iterator[str]:
        """Put a line into a table: below its own comment, else the last value, else the header."""
        begin = self._line_end(header.end)
        own = [
            each for each in self._statements if each.table == header.name and not each.is_header
        ]
        end = self._end_of(header)
        sample = re.compile(rf"^([ \t]*)#[ \t]*{re.escape(key)}[ \t]*=", re.MULTILINE)
        for match in sample.finditer(self._text, begin, end):
            yield self._with_lines(self._line_end(match.end()), match[1] + line)
        for each in own[-1:]:
            yield self._with_lines(self._line_end(each.end), each.item.trivia.indent + line)
        yield self._with_lines(begin, header.item.trivia.indent + line)

    def _dotted(self, *lines: str) -> Iterator[str]:
        """Put lines behind the last one that names the table in its key (`table.key = …`)."""
        for each in [each for each in self._statements if each.table == ()][-1:]:
            yield self._with_lines(self._line_end(each.end), *lines)

    def _inline(self, key: str, value: object) -> Iterator[str]:
        """Change a table that is written as a value (`table = {…}`); None removes the key."""
        for each in self._statements:
            if each.name == (self._table,) and isinstance(each.item, InlineTable):
                if value is None:
                    yield from self._without_inline(each, each.item, key)
                elif key in each.item:
                    yield from self._with_new_inline(each, each.item[key], value)
                else:
                    yield self._with_inline(each, f"{_key(key)} = {_literal(value)}")

    def _with_inline(self, statement: Statement, new: str) -> str:
        end = len(self._text[: statement.end - 1].rstrip())  # before the brace, and blanks
        joint = "" if self._text[end - 1] in "{," else ","
        joint += " " if joint else ""
        return self._text[:end] + joint + new + self._text[end:]

    def _with_new_inline(self, statement: Statement, item: Item, value: object) -> Iterator[str]:
        places = self._places(item)
        old = item.as_string()
        start = places[0] if places else statement.start
        while (start := self._text.find(old, start, statement.end)) >= 0:
            yield self._text[:start] + _literal(value) + self._text[start + len(old) :]
            start += 1

    def _without_inline(self, statement: Statement, table: InlineTable, key: str) -> Iterator[str]:
        places = [(name, self._places(item)) for name, item in table.value.body if name]
        starts = [(name.key, place[0]) for name, place in places if place]
        begin = statement.end - len(table.as_string()) + 1
        for (name, start), (_, after) in zip(starts, [*starts[1:], ("", -1)], strict=True):
            if name != key:
                continue
            end = after if after >= 0 else len(self._text[: statement.end - 1].rstrip())
            comma = self._text.rfind(",", begin, start) if after < 0 else -1
            yield self._cut([(start if comma < 0 else comma, end)])

    def _with_lines(self, place: int, *lines: str) -> str:
        before = self._text[:place]
        joint = self._newline if before and not before.endswith("\n") else ""
        new = "".join(f"{line}{self._newline}" for line in lines)
        return before + joint + new + self._text[place:]

    def _with_end(self, *lines: str) -> str:
        is_apart = not self._text.strip() or re.search(r"\n[ \t]*\r?\n[ \t]*\Z", self._text)
        return self._with_lines(len(self._text), *(() if is_apart else ("",)), *lines)

    def _cut(self, spans: Iterable[tuple[int, int]]) -> str:
        text = self._text
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + text[end:]
        return text

    def _comments_above(self, statement: Statement) -> int:
        start = statement.start
        while statement.is_header and (
            match := re.search(r"(?:\A|(?<=\n))[ \t]*#[^\n]*\n\Z", self._text[:start])
        ):
            start = match.start()
        return start

    def _line_end(self, place: int) -> int:
        return self._text.find("\n", place) + 1 or len(self._text)

    def _end_of(self, header: Statement) -> int:
        """Return where the next table begins, of whatever name."""
        after = False
        for _, _, item in _walk(self._tree):
            if after and isinstance(item, Table) and (places := self._places(item)):
                return places[0]
            after = after or item is header.item
        return len(self._text)

    def _find(self) -> Iterator[Statement]:
        """Find the statements about the table, in their order."""
        headers: dict[int, Name] = {}
        for name, around, item in _walk(self._tree):
            if name[0] != self._table:
                continue
            places = self._places(item)
            table = headers.get(id(around), ())
            if isinstance(item, Table):
                headers[id(item)] = name if places else table
            if places:
                yield Statement(name, table, item, *places)

    def _places(self, item: Item) -> tuple[int, int] | None:
        """Find where a statement begins and ends; None for a table that has no header."""
        trivia = item.trivia
        indent, space = trivia.indent, trivia.comment_ws
        trivia.indent = self._mark + indent
        start = self._tree.as_string().find(self._mark)
        trivia.indent, trivia.comment_ws = indent, self._mark + space
        end = self._tree.as_string().find(self._mark)
        trivia.comment_ws = space
        return None if start < 0 else (start, end)

    def _refusal(self) -> ConfigError:
        return ConfigError(
            f"{self._place} cannot be changed here and stay the same elsewhere",
            hint=f"change it by hand: {self._place}",
        )


def _walk(
    container: Container, name: Name = (), around: Table | None = None
) -> Iterator[tuple[Name, Table | None, Item]]:
    """Yield all keys and tables in their order: full name, the table around it, and the item."""
    for key, item in container.body:
        if key is None:
            continue
        for each in item.body if isinstance(item, AoT) else [item]:
            yield (*name, key.key), around, each
            if isinstance(each, Table):
                yield from _walk(each.value, (*name, key.key), each)


def _literal(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)} = {_literal(each)}' for key, each in value.items())}}}"
    return tomlkit.item(value).as_string()


def _key(name: str) -> str:
    return tomlkit.key(name).as_string()


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two values are the same in kind, too; NaN is the same as NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))
