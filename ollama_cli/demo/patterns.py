"""Texts for `pattern`, of the expressions that the real servers follow.

Those are anchored and hold literals of ASCII, `.`, classes, groups, `|` and counts. A text is built
from its pattern in one go, never searched for: no pattern makes the server think for long.
"""

from typing import Final

LONGEST: Final = 10_000
"""No text is longer, as no count of a server is larger."""

_DEEPEST: Final = 50
_COUNTS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_ESCAPED: Final = frozenset("^$.[]()|{}*+?\\") | {'"'}
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r"}
_LETTERS: Final = "a0A _-.,:;!"


class PatternError(Exception):
    """A pattern that no server follows."""


def matching(pattern: str) -> str:
    """Return a short text that a pattern matches; PatternError for what is not followed."""
    if not pattern.isascii() or pattern[:1] != "^" or pattern[-1:] != "$":
        raise PatternError(pattern)
    reader = _Reader(pattern[1:-1])
    text = reader.alternatives(0)
    if reader.rest:
        raise PatternError(pattern)
    return text


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    @property
    def rest(self) -> str:
        return self._pattern[self._place :]

    def alternatives(self, depth: int) -> str:
        """Read up to a closing bracket or the end, and return what the first alternative makes."""
        if depth > _DEEPEST:
            raise PatternError
        first: str | None = None
        while True:
            text = self._sequence(depth)
            first = text if first is None else first
            if self._peek() != "|":
                return first
            self._place += 1

    def _sequence(self, depth: int) -> str:
        parts: list[str] = []
        length = 0
        while self._peek() not in {"", ")", "|"}:
            part = self._atom(depth)
            count = self._count()
            length += len(part) * count
            if length > LONGEST:
                raise PatternError
            parts.append(part * count)
        return "".join(parts)

    def _atom(self, depth: int) -> str:
        match self._take():
            case "(":
                if self._peek() == "?":
                    raise PatternError
                text = self.alternatives(depth + 1)
                if self._take() != ")":
                    raise PatternError
                return text
            case "[":
                return self._class()
            case ".":
                return "a"
            case "\\":
                return self._escaped()
            case letter if letter in _ESCAPED - {'"'}:
                raise PatternError
            case letter:
                return letter

    def _class(self) -> str:
        """Read a class behind its bracket, and return one of its letters."""
        is_negative = self._peek() == "^"
        self._place += is_negative
        found: list[tuple[str, str]] = []
        while (letter := self._take()) != "]":
            first = self._escaped() if letter == "\\" else letter
            last = first
            if self._peek() == "-" and self.rest[1:2] not in {"]", ""}:
                self._place += 1
                last = self._take()
                last = self._escaped() if last == "\\" else last
            if last < first:
                raise PatternError
            found.append((first, last))
        if not is_negative:
            return next((first for first, _ in found), "") or self._refuse()
        free = (each for each in _LETTERS if not any(low <= each <= high for low, high in found))
        return next(free, "") or self._refuse()

    def _escaped(self) -> str:
        letter = self._take()
        if letter not in _ESCAPED and letter not in _CONTROLS:
            raise PatternError  # `\\d`, `\\w`, `\\s` and others: the grammar of no server has them
        return _CONTROLS.get(letter, letter)

    def _count(self) -> int:
        """Read how often what stands before may come, and return the least that shows it."""
        sign = self._peek()
        if sign in _COUNTS:
            self._place += 1
            least, most = _COUNTS[sign]
        elif sign == "{":
            least, most = self._bounds()
        else:
            return 1
        if self._peek() in {*_COUNTS, "{"}:
            raise PatternError
        return least or min(1, 1 if most is None else most)

    def _bounds(self) -> tuple[int, int | None]:
        text, closed, _ = self.rest[1:].partition("}")
        self._place += len(text) + 2
        low, comma, high = text.partition(",")
        if not closed or not all(each.isdigit() for each in (low, high) if each) or not low + high:
            raise PatternError
        least, most = min(int(low[:9] or 0), LONGEST + 1), int(high[:9]) if high else None
        most = most if comma else least
        if most is not None and most < least:
            raise PatternError
        return least, most

    def _refuse(self) -> str:
        raise PatternError(self._pattern)

    def _peek(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def _take(self) -> str:
        letter = self._peek()
        if not letter:
            raise PatternError
        self._place += 1
        return letter
