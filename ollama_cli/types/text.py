"""Texts from outside, made safe to show: no text controls a terminal."""

import re

from ollama_cli.types.secrets import hide, start_of

_LONGEST = 2000
# Control characters, and marks that reorder or hide the text beside them on a screen.
_HIDDEN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"


def visible(text: str) -> str:
    """Write out control characters except newline and tab, so that no text controls a terminal."""
    if text.isprintable():
        return text
    return re.sub(_HIDDEN, _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return _code(ord(match[0]))


def unhidden(text: str) -> str:
    """Write out every character that shows nothing, or another white space than the usual one.

    For what somebody decides by: also marks that join letters, which texts may rightly hold.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _code(ord(each)) for each in text)


def _code(code: int) -> str:
    width = 2 if code < 0x100 else 4 if code < 0x10000 else 8  # noqa: PLR2004  as Python writes them
    return f"\\{'xuU'[width // 4]}{code:0{width}x}"


def is_utf8(text: str) -> bool:
    """Return whether a text can be sent; bytes of the command line may be no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(text: str) -> str:
    """Write server text on one line: no secrets, control characters visible, white space folded."""
    return visible(" ".join(hide(text).split()))


def sentence(text: str) -> str:
    """Make an error's text fit to be shown: one line, no secrets, and no more than a screen."""
    line = one_line(start_of(text, 2 * _LONGEST))
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def well_formed(text: str) -> str:
    """Join the halves of characters (surrogates) that stand side by side; one alone is U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
