"""Patterns of foreign schemas: which of them may be searched in a text at what price.

A search holds the interpreter: nothing ends one that takes hours, no signal and no timeout.
"""

import math
from typing import Final, NamedTuple

_BUDGET: Final = math.log(1e7)  # steps: half a second
_CLASS: Final = "["
_ESCAPE: Final = "\\"


class _Shape(NamedTuple):
    """What of a pattern costs steps: repeats, choices, and whether one is inside a repeat."""

    repeats: int
    choices: int
    is_nested: bool


def is_affordable(pattern: str, text: str) -> bool:
    """Return whether a search ends soon, whatever stands in a text of this length."""
    size = max(len(text), 2)
    shape = _shape(pattern)
    if shape.is_nested:  # exponential, where each character may be in one part or another
        return size * math.log(2 + shape.repeats + shape.choices) <= _BUDGET
    starts = 0 if pattern.startswith("^") else 1
    return (shape.repeats + starts) * math.log(size) + shape.choices * math.log(2) <= _BUDGET


def _shape(pattern: str) -> _Shape:
    repeats = choices = place = 0
    is_nested = is_costly_group = False
    open_groups = [False]
    while place < len(pattern):
        sign = pattern[place]
        place += 1
        if sign in "*+{":
            is_nested = is_nested or is_costly_group
            repeats += 1
            place = _end_of_repeat(pattern, place, sign)
        elif sign in "?|":
            choices += 1
            place += sign == "?" and pattern[place : place + 1] in {"?", "+"}
        if sign in "*+{?|":
            open_groups[-1] = True
        is_costly_group = False
        if sign == "(":
            open_groups.append(False)
            place += pattern[place : place + 1] == "?"
        elif sign == ")" and len(open_groups) > 1:
            is_costly_group = open_groups.pop()
            open_groups[-1] = open_groups[-1] or is_costly_group
        elif sign == _ESCAPE:
            place += 1
        elif sign == _CLASS:
            place = _end_of_class(pattern, place)
    return _Shape(repeats, choices, is_nested)


def _end_of_repeat(pattern: str, place: int, sign: str) -> int:
    if sign == "{" and (end := pattern.find("}", place)) >= 0:
        place = end + 1
    return place + (pattern[place : place + 1] in {"?", "+"})


def _end_of_class(pattern: str, place: int) -> int:
    place += pattern[place : place + 1] == "^"
    place += 1  # a ] that comes first is one of the characters
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == _ESCAPE else 1
    return place + 1
