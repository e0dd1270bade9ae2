"""A JSON array that comes in pieces → the text of each item, as soon as it is closed.

Each character is looked at once, however the pieces are cut and however large an item is. What an
item holds is not judged here: only where it ends.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from ollama_cli.errors import InvalidOutputError

_SHOWN: Final = 40
_BLANKS: Final = " \t\n\r"
_STRING: Final = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)  # all but its end
_NESTED: Final = re.compile(r'["\[\]{}]')  # what changes the depth, or begins a string
_SCALAR: Final = re.compile(r"[,\] \t\n\r]")  # what stands behind a number or a word


class _State(Enum):
    """What comes next."""

    ARRAY = auto()  # its opening bracket
    FENCE = auto()  # the rest of the line that opens a block of code
    KEY = auto()  # the one property of the wrapper
    FIRST = auto()  # an item, or the end of the array
    ITEM = auto()  # an item
    SCALAR = auto()  # more of a number or a word
    NESTED = auto()  # more of an object or an array
    STRING = auto()  # more of a string
    COMMA = auto()  # a comma, or the end of the array
    WRAPPER = auto()  # the end of the wrapper
    END = auto()  # nothing


class Items:
    """The items of one answer.

    A block of code around it is seen through, and an object with one property, the `wrapper`.
    """

    def __init__(self, wrapper: str = "") -> None:
        self._wrapper = wrapper
        self._state = _State.ARRAY
        self._depth = 0
        self._hides_next = False
        self._is_wrapped = self._is_fenced = False
        self._pieces: list[str] = []
        self._key = ""

    @property
    def is_closed(self) -> bool:
        """Return whether the array has ended."""
        return self._state is _State.END

    def feed(self, text: str) -> Iterator[str]:
        """Yield the texts of the items that a piece closes.

        Raises InvalidOutputError where the text is no array; all items before were handed on.
        """
        place, end = 0, len(text)
        while place < end:
            if self._state in _INSIDE:
                place = self._inside(text, place)
                if self._state is _State.COMMA:
                    yield self._taken()
            elif text[place] in _BLANKS and self._state is not _State.FENCE:
                place += 1
            else:
                place = self._between(text, place)

    def _inside(self, text: str, place: int) -> int:
        """Take up to the end of the item, or of the text; return the place behind."""
        start, end = place, len(text)
        while place < end and self._state in _INSIDE:
            match self._state:
                case _State.STRING:
                    place = self._string(text, place)
                case _State.NESTED:
                    found = _NESTED.search(text, place)
                    place = found.end() if found else end
                    if found:
                        self._descend(found[0])
                case _:
                    found = _SCALAR.search(text, place)
                    place = found.start() if found else end
                    self._state = _State.COMMA if found else self._state
        self._pieces.append(text[start:place])
        return place

    def _string(self, text: str, place: int) -> int:
        """Take up to the end of a string, or of the text; return the place behind."""
        if self._hides_next:
            self._hides_next = False
            return place + 1
        found = _STRING.match(text, place)
        place = found.end() if found else place
        if text[place : place + 1] == '"':
            self._state = _State.NESTED if self._depth else _State.COMMA
        else:
            self._hides_next = place < len(text)  # a backslash is the last there is
        return min(place + 1, len(text))

    def _descend(self, sign: str) -> None:
        """Take a sign that changes the depth, or begins a string."""
        if sign == '"':
            self._state = _State.STRING
            return
        self._depth += 1 if sign in "[{" else -1
        self._state = _State.NESTED if self._depth else _State.COMMA

    def _taken(self) -> str:
        found = "".join(self._pieces)
        self._pieces.clear()
        return found

    def _between(self, text: str, place: int) -> int:
        """Take what stands between items: one sign that is no blank; return the place behind."""
        sign = text[place]
        match self._state:
            case _State.FENCE:
                found = text.find("\n", place)
                self._state = _State.FENCE if found < 0 else _State.ARRAY
                return len(text) if found < 0 else found
            case _State.KEY:
                self._read_key(sign)
            case _State.ARRAY:
                self._open(text[place : place + _SHOWN])
            case _State.FIRST if sign == "]":
                self._end_array()
            case _State.FIRST | _State.ITEM if sign not in ",]}":
                return self._begin(sign, place)
            case _:
                self._go_on(sign)
        return place + 1

    def _open(self, rest: str) -> None:
        """Take the sign that opens the array, or what is around it; the rest is quoted."""
        match rest[0]:
            case "[":
                self._state = _State.FIRST
            case "{" if self._wrapper and not self._is_wrapped:
                self._state, self._is_wrapped = _State.KEY, True
            case "`" if not self._is_wrapped and not self._is_fenced:
                self._state, self._is_fenced = _State.FENCE, True
            case _:
                raise self._refused(rest)

    def _go_on(self, sign: str) -> None:
        """Take the sign behind an item, or behind the array."""
        match self._state, sign:
            case _State.COMMA, ",":
                self._state = _State.ITEM
            case _State.COMMA, "]":
                self._end_array()
            case _State.WRAPPER, "}":
                self._state = _State.END
            case _State.END, "`" if self._is_fenced:
                pass
            case _:
                raise self._refused(sign)

    def _begin(self, sign: str, place: int) -> int:
        """Begin an item with its first sign; return the place from which it goes on."""
        if sign in "[{":
            self._state, self._depth = _State.NESTED, 0
            return place
        if sign == '"':
            self._state, self._depth = _State.STRING, 0
            self._pieces.append(sign)
            return place + 1
        self._state = _State.SCALAR
        return place

    def _read_key(self, sign: str) -> None:
        """Read the name of the wrapper's property, sign by sign, up to its colon."""
        self._key += sign
        whole = f'"{self._wrapper}":'
        if self._key == whole:
            self._state = _State.ARRAY
        elif not whole.startswith(self._key):
            raise self._refused("")

    def _end_array(self) -> None:
        self._state = _State.WRAPPER if self._is_wrapped else _State.END

    def _refused(self, sign: str) -> InvalidOutputError:
        match self._state:
            case _State.ARRAY | _State.KEY:
                seen = "{" + self._key if self._is_wrapped else ""
                what = f"it begins with {seen + sign!r}"
            case _State.WRAPPER | _State.END:
                what = f"{sign!r} stands behind it"
            case _State.COMMA:
                what = f"a comma is missing before {sign!r}"
            case _:
                what = f"an item is missing before {sign!r}"
        return InvalidOutputError(f"the answer is no JSON array: {what}")


_INSIDE: Final = frozenset({_State.STRING, _State.NESTED, _State.SCALAR})
