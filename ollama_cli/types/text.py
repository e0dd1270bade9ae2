"""Texts of others, made fit to be shown: no text drives a terminal."""

import re

from ollama_cli.types.secrets import redact

_LONGEST = 2000
# Control characters, and marks that reorder or hide what stands beside them on a screen.
_HIDDEN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"


def visible(text: str) -> str:
    """Show control characters other than newline and tab, so that no text drives a terminal."""
    if text.isprintable():
        return text
    return re.sub(_HIDDEN, _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004  two digits hold so much


def one_line(text: str) -> str:
    """Make server text fit one line: control characters visible, white space folded."""
    return visible(" ".join(text.split()))


def sentence(text: str) -> str:
    """Make an error's words fit to be shown: one line, no secrets, and no more than a screen."""
    # Cut before it is searched too: a server may send any amount of it.
    line = one_line(redact(text[: 4 * _LONGEST]))
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
