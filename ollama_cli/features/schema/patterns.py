r"""Patterns that no server breaks on: rewritten for them, or left to the check of the answer.

What Ollama 0.24.0 and 0.32.15 take was measured: anchored patterns of ASCII letters, `.`, classes,
groups, `|` and counts. `(?` ends the older one, and `\d`, `\w`, `\s`, `\b` its inference process.
"""

from typing import Final, NamedTuple

MOST: Final = 1000
_LONGEST: Final = 10_000
_CLASSES: Final = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t"}
_SPECIAL: Final = frozenset(r"^$.[](){}|*+?\"")
# Letters that end the text of a JSON string, or a class in the grammar of a server.
_UNSAFE: Final = frozenset('"\\[]^')
_PRINTABLE: Final = [chr(code) for code in range(0x20, 0x7F)]


class _Unsafe(Exception):  # noqa: N818  it is no error: the pattern is left out
    """The pattern has something that servers do not read as it is meant."""


class _Count(NamedTuple):
    text: str
    most: int


def safe(pattern: str) -> str | None:
    """Return the pattern as it is sent, which allows nothing that it forbids; None if none can be.

    It must be anchored at both ends. A count of more than 1,000, also of groups within groups, is
    left out.
    """
    is_anchored = pattern.startswith("^") and pattern.endswith("$")
    if not is_anchored or len(pattern) > _LONGEST or not pattern.isascii():
        return None
    reader = _Reader(pattern[1:-1])
    try:
        text, _ = reader.sequence()
        reader.end()
    except _Unsafe:
        return None
    return None if "(?" in text else f"^{text}$"  # as a class may hold it


class _Reader:
    """Read a pattern from the left and write it anew; the size is how much it grows by counts."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0
        self._depth = 0

    def end(self) -> None:
        """Raise _Unsafe if anything is left, as a bar outside of all groups."""
        if self._place < len(self._pattern):
            raise _Unsafe

    def sequence(self) -> tuple[str, int]:
        """Read up to a bar or the end of a group."""
        parts, size = [], 0
        while self._peek() not in {"", "|", ")"}:
            atom, grows = self._atom()
            count = self._count()
            parts.append(atom + count.text)
            if grows * count.most > MOST:
                raise _Unsafe
            size += grows * count.most
        if not parts or size > _LONGEST:
            raise _Unsafe
        return "".join(parts), size

    def _atom(self) -> tuple[str, int]:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._class(), 1
        if char == "\\":
            return self._escaped(), 1
        if char == "." or (char in _PRINTABLE and char not in _SPECIAL):
            return char, 1
        raise _Unsafe

    def _group(self) -> tuple[str, int]:
        self._depth += 1
        if self._depth > 20 or self._peek() == "?":  # noqa: PLR2004  nobody needs more
            raise _Unsafe
        text, size = self.sequence()
        while self._peek() == "|":
            self._next()
            other, more = self.sequence()
            text, size = f"{text}|{other}", size + more
        if self._next() != ")":
            raise _Unsafe
        self._depth -= 1
        return f"({text})", size

    def _escaped(self) -> str:
        char = self._next()
        if char in _CLASSES:
            return f"[{_CLASSES[char]}]"
        if char == ".":
            return r"\."
        if not char or char.isalnum() or char in _UNSAFE or char not in _PRINTABLE:
            raise _Unsafe
        return f"[{char}]" if char in _SPECIAL else char

    def _class(self) -> str:
        is_negated = self._peek() == "^"
        self._place += is_negated
        items: list[str] = []
        allowed: set[str] = set()
        while (char := self._next()) != "]" or not items:
            if char == "]":  # other languages read `[]` as an empty class
                raise _Unsafe
            item, members = self._member(char)
            items.append(item)
            allowed |= members
        if not is_negated and not allowed & _UNSAFE:
            return f"[{''.join(items)}]" if "-" not in items else _class_of(allowed)
        if is_negated:
            allowed = set(_PRINTABLE) - allowed
        return _class_of(allowed - _UNSAFE)

    def _member(self, char: str) -> tuple[str, set[str]]:
        """Read one member of a class: as it is written, and the letters that it stands for."""
        if char == "\\":
            name = self._next()
            if name in _CLASSES:
                return _CLASSES[name], _CLASS_MEMBERS[name]
            if name == "t":
                return r"\t", {"\t"}
            if not name or name.isalnum():
                raise _Unsafe
            char = name
        if char not in _PRINTABLE:
            raise _Unsafe
        if self._peek() != "-" or self._pattern[self._place + 1 : self._place + 2] in {"]", ""}:
            return char, {char}
        self._next()
        last = self._next()
        if last == "\\":
            last = self._next()
            if not last or last.isalnum():
                raise _Unsafe
        if last not in _PRINTABLE or last < char:
            raise _Unsafe
        return f"{char}-{last}", {chr(code) for code in range(ord(char), ord(last) + 1)}

    def _count(self) -> _Count:
        char = self._peek()
        if char not in {"*", "+", "?", "{"}:
            return _Count("", 1)
        self._next()
        count = self._braces() if char == "{" else _Count(char, 1)
        if self._peek() == "?":  # a lazy one matches the same texts, where both ends are fixed
            self._next()
        if self._peek() in {"*", "+", "?", "{"}:
            raise _Unsafe
        return count

    def _braces(self) -> _Count:
        text, closed, _ = self._pattern[self._place :].partition("}")
        least, comma, most = text.partition(",")
        numbers = [least, *([most] if most else [])]
        if not closed or not all(each.isdigit() and len(each) <= 4 for each in numbers):  # noqa: PLR2004  9,999
            raise _Unsafe
        self._place += len(text) + 1
        largest = max(map(int, numbers))
        if largest > MOST or (most and int(most) < int(least)) or largest == 0:
            raise _Unsafe
        return _Count(f"{{{least}{comma}{most}}}", largest)

    def _peek(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def _next(self) -> str:
        char = self._peek()
        if not char:
            raise _Unsafe
        self._place += 1
        return char


def _members(written: str) -> set[str]:
    found: set[str] = set()
    while written:
        if written[1:2] == "-":
            found |= {chr(code) for code in range(ord(written[0]), ord(written[2]) + 1)}
            written = written[3:]
        else:
            found.add(written[0])
            written = written[1:]
    return found


_CLASS_MEMBERS: Final = {
    "d": _members("0-9"),
    "w": _members("A-Za-z0-9_"),
    "s": {" ", "\t"},
}


def _class_of(letters: set[str]) -> str:
    """Write a class anew, as ranges; a dash stands last, where nothing takes it for a range."""
    if not letters:
        raise _Unsafe
    text = ""
    codes = sorted(map(ord, letters - {"-", "\t"}))
    while codes:
        length = next(n for n in range(1, len(codes) + 1) if codes[n:][:1] != [codes[0] + n])
        first, last = chr(codes[0]), chr(codes[length - 1])
        text += first if length == 1 else f"{first}-{last}" if length > 2 else first + last  # noqa: PLR2004  two need no dash
        codes = codes[length:]
    text += r"\t" if "\t" in letters else ""
    return f"[{text}{'-' if '-' in letters else ''}]"
