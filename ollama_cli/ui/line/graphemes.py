"""Where characters begin as people see them: a flag, a family, a letter with its marks."""

from itertools import accumulate

from wcwidth import iter_graphemes


def before(line: str, place: int) -> int:
    """Return how many code points the character before a place has; 0 at the beginning."""
    begin = max((each for each in _boundaries(line) if each < place), default=0)
    return place - begin


def after(line: str, place: int) -> int:
    """Return how many code points the character at a place has; 0 at the end."""
    end = next((each for each in _boundaries(line) if each > place), place)
    return end - place


def _boundaries(line: str) -> list[int]:
    if line.isascii():
        return [*range(len(line) + 1)]
    return [0, *accumulate(map(len, iter_graphemes(line)))]
