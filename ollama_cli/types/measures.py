"""Sizes and ages as people write them: `5GB`, `30d`; and how two values are compared."""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from ollama_cli.errors import UsageError

SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_COMPARISON: Final = re.compile(r"([a-z_]+)\s*(<=|>=|!=|=|<|>)\s*(.+)", re.IGNORECASE)
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
_SIZE_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.IGNORECASE)
_AGE_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def split_comparison(text: str) -> tuple[str, str, str] | None:
    """Split `size>5GB` into what is compared, the sign and the value; None for anything else."""
    match = _COMPARISON.fullmatch(text.strip())
    return (match[1].lower(), match[2], match[3].strip()) if match else None


def read_size(text: str) -> float:
    """Read a size in bytes; UsageError for what is none."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no size such as 5GB, 800MB or 1.5 GB")
    return float(match[1]) * _SIZE_UNITS[match[2].lower()]


def read_age(text: str) -> timedelta:
    """Read an age; UsageError for what is none."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no age such as 30d, 12h or 2w")
    try:
        return timedelta(seconds=float(match[1]) * _AGE_UNITS[match[2].lower()])
    except OverflowError:  # older than anything
        return timedelta.max
