"""Typed readings of fields that may be missing, null or of another type."""

import json
import math
from datetime import UTC, datetime
from operator import countOf
from typing import Any, Final

_NANOSECONDS: Final = 1_000_000_000
_UNSIGNED_LIMIT: Final = 2**64
_ZERO_YEAR: Final = 1


def mapping(value: object) -> dict[str, Any]:
    """Read an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[dict[str, Any]]:
    """Read a list of objects; what is no object is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Read a string; anything else is empty."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """Read a number that counts something: an integer, not negative."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _UNSIGNED_LIMIT:
        return value
    return None


def words(value: object) -> tuple[str, ...] | None:
    """Read a list of strings; None where there is no list."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else None


def seconds(nanoseconds: object) -> float | None:
    """Turn the server's nanoseconds into seconds."""
    number = count(nanoseconds)
    return None if number is None else number / _NANOSECONDS


def time(value: object) -> str | None:
    """Turn Go's RFC 3339 time into UTC, to the microsecond; Go's zero time and rubbish are None."""
    try:
        moment = datetime.fromisoformat(text(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if moment.year == _ZERO_YEAR:
        return None
    return moment.isoformat().replace("+00:00", "Z")


def vector(value: object, *, wordless: bool = False) -> tuple[float, ...] | None:
    """Read a list of finite numbers; None where it is none.

    `wordless` tells that neither true nor false is in it, as Python would count both as numbers.
    """
    if not isinstance(value, list):
        return None
    if (wordless or countOf(map(type, value), float) == len(value)) and _adds_up(value):
        return tuple(value)  # seen at a glance: replies hold millions of numbers
    for number in value:
        if not isinstance(number, (int, float)) or isinstance(number, bool):
            return None
        try:
            if not math.isfinite(number):
                return None
        except OverflowError:  # an integer beyond every float
            return None
    return tuple(value)


def _adds_up(numbers: list[Any]) -> bool:
    try:
        return math.isfinite(sum(numbers, 0.0))
    except (TypeError, OverflowError):
        return False


def error_text(value: object) -> str:
    """Read the message out of an `error` field: text, object, or JSON packed into text."""
    if isinstance(value, str):
        if value.lstrip().startswith("{"):
            try:
                inner = mapping(json.loads(value)).get("error")
            except (ValueError, RecursionError):
                inner = None
            if inner:
                return error_text(inner)
        return value
    if isinstance(value, dict):
        message = value.get("message")
        if isinstance(message, str) and message:
            return message
    if value is None or value is False:
        return ""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):  # nested beyond what can be written down
        return "unknown error"
