"""Functions that read fields which may be missing, null or of another type."""

import json
import math
from datetime import UTC, datetime
from operator import countOf
from typing import Any, Final

from ollama_cli.types import numbers

count: Final = numbers.count
_NANOSECONDS: Final = 1_000_000_000
_ZERO_YEAR: Final = 1


def mapping(value: object) -> dict[str, Any]:
    """Read an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[dict[str, Any]]:
    """Read a list of objects; any other item is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Read a string; anything else is empty."""
    return value if isinstance(value, str) else ""


def words(value: object) -> tuple[str, ...] | None:
    """Read a list of strings; None where there is no list."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else None


def seconds(nanoseconds: object) -> float | None:
    """Turn the server's nanoseconds into seconds."""
    number = count(nanoseconds)
    return None if number is None else number / _NANOSECONDS


def time(value: object) -> str | None:
    """Turn Go's RFC 3339 time into UTC, to the microsecond; None for Go's zero time or no time."""
    try:
        moment = datetime.fromisoformat(text(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if moment.year == _ZERO_YEAR:
        return None
    return moment.isoformat().replace("+00:00", "Z")


def vector(value: object, *, no_booleans: bool = False) -> tuple[float, ...] | None:
    """Read a list of finite numbers; None for anything else.

    `no_booleans` means that neither true nor false is in it, which Python would count as numbers.
    """
    if not isinstance(value, list):
        return None
    if (no_booleans or countOf(map(type, value), float) == len(value)) and _has_finite_sum(value):
        return tuple(value)  # one check for all: replies hold millions of numbers
    for number in value:
        if not isinstance(number, (int, float)) or isinstance(number, bool):
            return None
        try:
            if not math.isfinite(number):
                return None
        except OverflowError:  # an integer beyond every float
            return None
    return tuple(value)


def _has_finite_sum(numbers: list[Any]) -> bool:
    try:
        return math.isfinite(sum(numbers, 0.0))
    except (TypeError, OverflowError):
        return False


def error_text(value: object) -> str:
    """Read the message of an `error` field: a text, an object, or JSON inside a text."""
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
