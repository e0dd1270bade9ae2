"""What there is to choose from, and what of it has a part of a name."""

from collections.abc import Sequence
from typing import NamedTuple


class Choice(NamedTuple):
    """One thing to choose: its name, and what is told behind that."""

    name: str
    more: str = ""


def fits(choices: Sequence[Choice], part: str) -> list[int]:
    """Return the places of those that have the part in their names, in capitals or not."""
    wanted = part.strip().lower()
    return [place for place, each in enumerate(choices) if wanted in each.name.lower()]
