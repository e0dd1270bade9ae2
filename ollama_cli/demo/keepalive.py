"""`keep_alive`: a number of seconds, or a duration written as Go writes it."""

import re
from typing import Any, Final

from ollama_cli.demo.documents import BAD_REQUEST, RefusalError

DEFAULT_SECONDS: Final = 300.0
FOREVER_SECONDS: Final = (2**63 - 1) / 1e9
"""What "forever" means on the wire: the longest duration that Go can hold, about 292 years."""

_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+|0)")
_PIECE: Final = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)")


def parse(value: Any) -> float | None:
    """Parse `keep_alive` as seconds; None if it was not sent, forever if it is negative."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        go_type = {bool: "bool", list: "[]interface {}"}.get(type(value), "map[string]interface {}")
        raise RefusalError(BAD_REQUEST, f"Unsupported type: '{go_type}'")
    seconds = _duration(value) if isinstance(value, str) else float(value)
    return min(seconds, FOREVER_SECONDS) if seconds >= 0 else FOREVER_SECONDS


def _duration(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        problem = "missing unit in" if re.fullmatch(r"[+-]?\.*\d[\d.]*", text) else "invalid"
        raise RefusalError(BAD_REQUEST, f'time: {problem} duration "{text}"')
    total = sum(float(amount) * _UNITS[unit] for amount, unit in _PIECE.findall(match[2]))
    return -total if match[1] == "-" else total
