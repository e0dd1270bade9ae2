r"""Write roff, the language of man pages: text that no character of it can turn into a request.

A hyphen becomes `\-`, so that an option can be found and copied; what is not ASCII is written by
its number. Sentences begin on lines of their own, of 80 characters at most, as mandoc wants them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_WIDEST: Final = 78
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_OPTION: Final = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
_CODE: Final = re.compile(r"`([^`]+)`")
# Two characters that no text of ours holds stand for the begin and the end of what is bold.
_BOLD: Final = "\x01\\1\x02"
_MARKS: Final = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    "\x01": r"\fB",
    "\x02": r"\fR",
}


def escaped(text: str) -> str:
    """Return a text as itself, wherever in a line it stands."""
    shown = "".join(_MARKS.get(each, each if each.isascii() else _number(each)) for each in text)
    return f"\\&{shown}" if shown.startswith(".") else shown


def _number(character: str) -> str:
    return f"\\[u{ord(character):04X}]"


def title(name: str, date: str, source: str, volume: str) -> str:
    """Return the first line of a page of section 1; `date` is year, month and day."""
    return f'.TH "{escaped(name.upper())}" "1" "{date}" "{escaped(source)}" "{volume}"'


def section(name: str) -> str:
    """Return the heading of a section."""
    return f".SH {name}"


def bold(text: str) -> str:
    """Return a text in bold."""
    return f"\\fB{escaped(text)}\\fR"


def summary(name: str, text: str) -> Iterator[str]:
    """Yield the lines that `whatis` and `apropos` show: a name, and what it is."""
    yield from _filled([escaped(name), "\\-", *_words(text)])


def paragraphs(texts: Sequence[str]) -> Iterator[str]:
    """Yield paragraphs, with a request between them; what stands in backticks is bold."""
    for number, text in enumerate(texts):
        if number:
            yield ".PP"
        yield from _paragraph(text)


def _paragraph(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        yield from _filled(_words(sentence))


def _words(text: str) -> list[str]:
    """Escape each word of a text; what stands in backticks is bold."""
    return [escaped(word) for word in _CODE.sub(_BOLD, text).split()]


def terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield terms, each with what it means; the options in a term are bold."""
    for term, meaning in rows:
        yield from (".TP", escaped(_OPTION.sub(lambda found: f"\x01{found[0]}\x02", term)))
        yield from _paragraph(meaning)


def names(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield names in bold, each with what it means."""
    for name, meaning in rows:
        yield from (".TP", bold(name))
        yield from _paragraph(meaning)


def examples(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines of a shell as they are."""
    yield from (".nf", *map(escaped, lines), ".fi")


def _filled(words: Iterable[str]) -> Iterator[str]:
    """Yield lines of words; a line that is full ends before the next word."""
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > _WIDEST:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield line
