"""Texts on a terminal by the cells that they take: a wide character takes two, a mark none."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_VARIATIONS: Final = "\ufe0e\ufe0f"
_VOWELS: Final = range(0x1160, 0x1200)  # of Hangul: they are drawn into the syllable before them
# A word, or a command with its blanks.
_WORD: Final = r"(?:`[^`]*`|\S)+"


def cells(character: str) -> int:
    """Count the cells of a character; where terminals disagree, the larger number."""
    if unicodedata.category(character) in {"Mn", "Me"} and character not in _VARIATIONS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Count the cells of a text, as most terminals draw it: what only joins others takes none."""
    return len(text) if text.isascii() else sum(map(_drawn, text))


def fill(text: str, room: int) -> str:
    """Return a text with blanks behind it, so that it takes as many cells."""
    return text + " " * (room - width(text))


def cut(text: str, room: int, mark: str) -> str:
    """Return as much of a text as fits, with a mark at its end if that is not all."""
    return text if width(text) <= room else _first(text, room - width(mark)) + mark


def shorten(text: str, room: int, mark: str) -> str:
    """Return a text that fits, with a mark in its middle if something of it had to go."""
    if width(text) <= room:
        return text
    rest = room - width(mark)
    return _first(text, rest - rest // 2) + mark + _last(text, rest // 2)


def break_lines(
    text: str, room: int, *, whole_commands: bool = False, whole_words: bool = True
) -> list[str]:
    """Break a text between its words into lines that fit; a command in backticks is one word.

    A word that is longer than a line, such as an address, has one of its own, and a command that is
    longer is broken as other words are, unless it shall be whole.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, room, whole_commands=whole_commands, whole_words=whole_words):
        longer = f"{line} {word}" if line else word
        if line and width(longer) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def _words(text: str, room: int, *, whole_commands: bool, whole_words: bool) -> Iterator[str]:
    for found in re.finditer(_WORD, text):
        words = [found[0]] if whole_commands or width(found[0]) <= room else found[0].split()
        for word in words:
            rest = word
            while not whole_words and width(rest) > room:
                begin = _first(rest, room) or rest[:1]
                yield begin
                rest = rest[len(begin) :]
            yield rest


def _first(text: str, room: int) -> str:
    for place, character in enumerate(text):
        room -= _drawn(character)
        if room < 0:
            return text[:place]
    return text


def _last(text: str, room: int) -> str:
    begin = len(text)
    for place in range(len(text) - 1, -1, -1):
        taken = _drawn(text[place])
        room -= taken
        if room < 0:
            break
        begin = place if taken else begin  # a mark never stands without its letter
    return text[begin:]


def _drawn(character: str) -> int:
    if ord(character) in _VOWELS or unicodedata.category(character) == "Cf":
        return 0
    return cells(character)
