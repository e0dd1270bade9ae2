"""Names of sessions: ids, and titles made of the first words of the first question."""

import os
import re
from typing import Final

from ollama_cli.types.text import well_formed

SHORTEST: Final = 3
LONGEST_TITLE: Final = 200
_LENGTH: Final = 12
_WORDS: Final = 60


def new_id() -> str:
    """Return a new id: 12 random hex digits."""
    return os.urandom(_LENGTH // 2).hex()


def is_id(text: str) -> bool:
    """Return whether a text is a well-formed id."""
    return bool(re.fullmatch(rf"[0-9a-f]{{{_LENGTH}}}", text))


def is_prefix(text: str) -> bool:
    """Return whether an id may begin with a text."""
    return bool(re.fullmatch(rf"[0-9a-f]{{1,{_LENGTH}}}", text))


def first_words(question: str) -> str:
    """Return the first words of a question on one line, as many as 60 characters hold."""
    text = " ".join(well_formed(question[: 8 * LONGEST_TITLE]).split())
    if len(text) <= _WORDS:
        return text
    words = text[: _WORDS + 1].rpartition(" ")[0]
    return (words or text[:_WORDS]) + "…"


def cleaned(title: str) -> str:
    """Return a title that somebody typed on one line."""
    return " ".join(well_formed(title).split())[:LONGEST_TITLE]
