"""Places such as `{{name}}` in the texts of a prompt, which are filled once."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

INPUT: Final = "input"
STDIN: Final = "stdin"
# Possessive: a text that nearly fits is not read again and again.
_PLACE: Final = re.compile(r"\{\{\s*+([^\W\d][\w.-]*+)\s*+\}\}")
_NAME: Final = re.compile(r"[^\W\d][\w.-]*")


def is_name(text: str) -> bool:
    """Return whether a variable may have this name."""
    return _NAME.fullmatch(text) is not None


def places(texts: Iterable[str]) -> list[str]:
    """List the names of the variables in some texts, each once, in their order."""
    return list(dict.fromkeys(each for text in texts for each in _PLACE.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put the values in their places; what looks like a place inside a value stays as it is.

    Raises KeyError for a variable without a value.
    """
    return _PLACE.sub(lambda found: values[found[1]], text)
