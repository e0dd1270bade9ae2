"""Some fields of JSON texts that come in pieces, read in little memory however long they are.

Nothing of a text is kept but the fields that are wanted. Several texts may follow one another, as
lines or as the data of server-sent events; what stands between them is skipped.
"""

import json
import re
from collections.abc import Collection
from typing import Final

_DEEPEST: Final = 6
_LONGEST: Final = 1024
_LONGEST_WORD: Final = 64
_IN_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_MARKS: Final = re.compile(rb'["{}\[\],]')
_BRACKETS: Final = re.compile(rb'["{}\[\]]')
_QUOTE, _COMMA = b'",'
_OPEN, _OBJECT = b"{[", b"{"


class _Level:
    """An object or a list that is open; `key` is the field of the object that is read now."""

    def __init__(self, prefix: str, *, is_object: bool, is_counted: bool) -> None:
        self.prefix = prefix
        self.is_object = is_object
        self.is_counted = is_counted
        self.key: str | None = None
        self.length = 0
        self.is_empty = True


class Fields:
    """Reads the `wanted` fields, whose last value that is not null counts.

    A field is named by its path: `options.num_ctx`; elements of a list have the path of the list.
    Of the lists that are `counted` the length is the value.
    """

    def __init__(self, wanted: Collection[str], counted: Collection[str] = ()) -> None:
        self.values: dict[str, object] = {}
        self._wanted = wanted
        self._counted = counted
        self._levels: list[_Level] = []
        self._deeper = 0  # levels that are too deep for any field
        self._is_in_string = False
        self._is_escaped = False
        self._text = bytearray()

    def feed(self, data: bytes) -> None:
        """Read on."""
        place = 0
        while place < len(data):
            read = self._read_string if self._is_in_string else self._read_between
            place = read(data, place)

    def number(self, *paths: str) -> int | None:
        """Return the first of these fields that is a whole number, and not a negative one."""
        found = (self.values.get(path) for path in paths)
        return next((each for each in found if type(each) is int and each >= 0), None)

    def text(self, *paths: str) -> str | None:
        """Return the first of these fields that is a text."""
        found = (self.values.get(path) for path in paths)
        return next((each for each in found if isinstance(each, str)), None)

    def flag(self, path: str) -> bool | None:
        """Return a field that is true or false."""
        found = self.values.get(path)
        return found if isinstance(found, bool) else None

    def _read_string(self, data: bytes, place: int) -> int:
        if self._is_escaped:
            self._keep(data[place : place + 1], _LONGEST)
            self._is_escaped = False
            place += 1
        match = _IN_STRING.match(data, place)
        stop = match.end() if match else place
        self._keep(data[place:stop], _LONGEST)
        if stop == len(data):
            return stop
        if data[stop] == _QUOTE:
            self._is_in_string = False
            self._end_string()
        else:  # a backslash at the end of the piece
            self._keep(data[stop : stop + 1], _LONGEST)
            self._is_escaped = True
        return stop + 1

    def _read_between(self, data: bytes, place: int) -> int:
        level = self._levels[-1] if self._levels and not self._deeper else None
        has_marks = level and (level.is_object or level.is_counted)
        match = (_MARKS if has_marks else _BRACKETS).search(data, place)
        stop = match.start() if match else len(data)
        if level and has_marks and (word := data[place:stop].strip(b" \t\r\n:")):
            level.is_empty = False
            self._keep(word, _LONGEST_WORD)
        if match is None:
            return stop
        mark = data[stop]
        if mark == _QUOTE:
            if level:
                level.is_empty = False
            self._text.clear()
            self._is_in_string = True
        elif mark == _COMMA:
            self._end_word()
            if level:
                level.length += 1
                level.key = None
        elif mark in _OPEN:
            self._open(level, is_object=mark in _OBJECT)
        else:
            self._close()
        return stop + 1

    def _keep(self, piece: bytes, longest: int) -> None:
        if not self._deeper:
            self._text += piece[: longest + 1 - len(self._text)]

    def _open(self, level: _Level | None, *, is_object: bool) -> None:
        self._text.clear()
        if self._deeper or len(self._levels) == _DEEPEST:
            self._deeper += 1
            return
        prefix = level.prefix if level else ""
        if level:
            level.is_empty = False
            if level.is_object:
                prefix = f"{prefix}.{level.key or ''}".removeprefix(".")
        is_counted = not is_object and prefix in self._counted
        self._levels.append(_Level(prefix, is_object=is_object, is_counted=is_counted))

    def _close(self) -> None:
        if self._deeper:
            self._deeper -= 1
            return
        self._end_word()
        if not self._levels:
            return
        level = self._levels.pop()
        if level.is_counted:
            self.values[level.prefix] = level.length + (not level.is_empty)

    def _end_string(self) -> None:
        """Take a string as the name of a field, or as its value."""
        if self._deeper:
            return
        level = self._levels[-1] if self._levels else None
        text = b'"%s"' % self._text if len(self._text) <= _LONGEST else b""
        if level and level.is_object:
            if level.key is None:
                level.key = str(_value(text) or "")
            else:
                self._set(level, text)
        self._text.clear()

    def _end_word(self) -> None:
        """Take what stood between the marks as a value: a number, true or false."""
        level = self._levels[-1] if self._levels else None
        if level and level.is_object and level.key and 0 < len(self._text) <= _LONGEST_WORD:
            self._set(level, bytes(self._text))
        self._text.clear()

    def _set(self, level: _Level, text: bytes) -> None:
        path = f"{level.prefix}.{level.key}".removeprefix(".")
        if path in self._wanted and (value := _value(text)) is not None:
            self.values[path] = value


def _value(text: bytes) -> object:
    """Read a JSON value that holds no others; None for what is none."""
    try:
        value: object = json.loads(text.decode("utf-8", "replace"))
    except ValueError:
        return None
    return value
