"""What there is to choose from, and what of it has a part of a name."""

from collections.abc import Sequence
from typing import NamedTuple


class Choice(NamedTuple):
    """One thing to choose: its name, and what is told behind that."""

    name: str
    more: str = ""


def fits(choices: Sequence[Choice], part: str) -> list[int]:
    """Return the places of those with all words of the part in their names, in capitals or not."""
    wanted = part.lower().split()
    names = [each.name.lower() for each in choices]
    return [place for place, name in enumerate(names) if all(word in name for word in wanted)]
