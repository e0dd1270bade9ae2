"""Numbers that others wrote, read within bounds: no text makes a number too large to work with."""

import math
from typing import Final

_MOST_DIGITS: Final = 18  # as many fit into 64 bits
_UNSIGNED_LIMIT: Final = 2**64


def whole(text: str | bytes, *, beyond: int | None = None) -> int | None:
    """Read a whole number, 0 or more, of ASCII digits; None for anything else.

    From 10¹⁸ on it is `beyond`: what is counted in bytes, seconds and lines is less.
    """
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit():
        return None
    # Counted before it is read: Python refuses thousands of digits, and takes long for many.
    return int(digits) if len(digits) <= _MOST_DIGITS else beyond


def finite(text: str) -> float:
    """Read a number of any kind; ValueError for what is none, and for one beyond every float."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


def count(value: object) -> int | None:
    """Read a number of JSON that counts something: a whole one of 64 bits, not negative."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _UNSIGNED_LIMIT:
        return value
    return None


def with_finite_numbers(value: object) -> object:
    """Return a value of JSON with None for each number that JSON has no word for."""
    match value:
        case dict():
            return {key: with_finite_numbers(each) for key, each in value.items()}
        case list() | tuple():
            return [with_finite_numbers(each) for each in value]
        case float() if not math.isfinite(value):
            return None
    return value
