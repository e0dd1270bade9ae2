r"""Texts freed of all quoting, so that one word in it is found in whatever way a server quotes it.

Percent signs (of either case, and twice), backslashes of JSON, once and more often, and of Python,
`\u` and `\x`, entities of HTML: named, decimal and hexadecimal; one inside another, too.
"""

import re
from typing import Final

_ESCAPE: Final = (
    r"%(?:25)*(?P<percent>[0-9A-Fa-f]{2})"
    r"|\\+(?:u\{(?P<braces>[0-9A-Fa-f]{1,6})\}|u(?P<four>[0-9A-Fa-f]{4})"
    r"|U(?P<eight>[0-9A-Fa-f]{8})|x(?P<two>[0-9A-Fa-f]{2})|(?P<other>[\s\S])?)"
    r"|&(?:#(?P<decimal>[0-9]{1,8})|#[xX](?P<hex>[0-9A-Fa-f]{1,8}));?"
    r"|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31};)"
    r"|(?P<beyond>[^\x00-\x7f]+)"
)
_MARKS: Final = "%\\&"
# Stands for any run of characters beyond ASCII: they are written in too many ways, some of which
# do not survive a server that takes them for another encoding.
BEYOND: Final = "\x80"
_LAST: Final = 0x10FFFF
_MOST_LAYERS: Final = 12


def is_quoted(text: str) -> bool:
    """Return whether a text holds a character by which others are quoted."""
    return any(mark in text for mark in _MARKS)


def bare(text: str) -> str:
    """Return a text without any quoting, in lower case."""
    for _ in range(_MOST_LAYERS):
        less = re.sub(_ESCAPE, _meaning, text)
        if less == text:
            break
        text = less
    return lower(text)


def places(text: str) -> tuple[list[int], list[int]]:
    """Return where in a text each character of `bare(text)` begins, and where it ends."""
    starts, ends = list(range(len(text))), list(range(1, len(text) + 1))
    for _ in range(_MOST_LAYERS):
        less, first, last = _layer(text, starts, ends)
        if less == text:
            break
        text, starts, ends = less, first, last
    return starts, ends


def lower(text: str) -> str:
    """Return a text in lower case and of the same length."""
    if text.isascii():
        return text.lower()
    return "".join(each.lower() if each.isascii() else each for each in text)


def _layer(text: str, starts: list[int], ends: list[int]) -> tuple[str, list[int], list[int]]:
    parts: list[str] = []
    first: list[int] = []
    last: list[int] = []
    position = 0
    for match in re.finditer(_ESCAPE, text):
        begin, end = match.span()
        meaning = _meaning(match)
        parts += [text[position:begin], meaning]
        first += [*starts[position:begin], *[starts[begin]] * len(meaning)]
        last += [*ends[position:begin], *[ends[end - 1]] * len(meaning)]
        position = end
    parts.append(text[position:])
    return "".join(parts), first + starts[position:], last + ends[position:]


def _meaning(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:  # a backslash at the very end
        return ""
    digits = match[kind]
    match kind:
        case "beyond":
            return BEYOND
        case "other":
            return digits
        case "name":
            return _entity(digits) or match[0]
        case "decimal":
            code = int(digits)
        case _:
            code = int(digits, 16)
    return chr(code) if code <= _LAST else ""


def _entity(name: str) -> str | None:
    from html.entities import html5  # noqa: PLC0415  only beside a key: 1 ms

    return html5.get(name)
