"""Numbers as people read them."""

from typing import Final

_MIB: Final = 1 << 20
_SECONDS: Final = frozenset(
    {"wall", "cpu", "first", "seconds", "p50", "p99", "cpu_inside", "cpu_each"}
)


def seconds(value: float) -> str:
    """Write a duration with three digits that count."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1:
            return f"{_three(value * factor)} {unit}"
    return f"{_three(value * 1e9)} ns"


def memory(size: float) -> str:
    """Write bytes of memory."""
    return f"{_three(size / _MIB)} MiB"


def figure(measure: str, value: float) -> str:
    """Write the value of a measure with its unit."""
    if measure in _SECONDS:
        return seconds(value)
    match measure:
        case "mib":
            return f"{_three(value)} MiB"
        case "bytes" | "rendered":
            return f"{_three(value / 1e3)} kB"
        case "rate":
            return f"{_three(value)} /s"
        case _:
            return f"{value:g}"


def _three(value: float) -> str:
    """Write three digits that count, and all of those before the point."""
    digits = next(digits for digits in (2, 1, 0) if digits == 0 or value < 10 ** (3 - digits))
    return f"{value:,.{digits}f}"
