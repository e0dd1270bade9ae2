"""Blocks: what stands between two marks is one question, however many lines it has.

A block opens at the beginning of the text, or of what follows the word of a command.
"""

import re
from typing import Final

from ollama_cli.ui.line.line import Typed

MARK: Final = '"""'
_OPENING: Final = re.compile(rf"\s*(/[a-z?]+(?:[^\S\n]+\w+)?[^\S\n]+)?{MARK}")


def is_open(text: str) -> bool:
    """Return whether a block has been opened and not yet closed: then Enter makes a new line.

    What it holds may have marks too, as Python's docstrings: it ends where a line ends in one.
    """
    found = _OPENING.match(text)
    if found is None:
        return False
    rest = text[found.end() :]
    is_even = rest.count(MARK) % 2 == 1
    return not (is_even and ("\n" not in rest or rest.rstrip().endswith(MARK)))


def typed(text: str, *, is_pasted: bool = False) -> Typed:
    """Return what is sent, without the marks of a block."""
    found = _OPENING.match(text)
    if found is None or not text.rstrip().endswith(MARK) or is_open(text):
        return Typed(text, is_pasted)
    inner = text[found.end() :].rstrip()
    if not inner:
        return Typed(text, is_pasted)
    inner = inner.removesuffix(MARK).removeprefix("\n").removesuffix("\n")
    return Typed((found[1] or "") + inner, is_pasted or found[1] is None)
