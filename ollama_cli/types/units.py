"""Numbers written for people: bytes, counts, rates, durations, times.

Sizes are decimal and follow `ollama list`: `2.0 GB`, `13 GB`, `986 MB`.
"""

from datetime import UTC, datetime
from typing import Final

from ollama_cli.types.times import read_time

_BYTE_UNITS: Final = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "KB"))
_HOURS_IN_DAY: Final = 24
_HOURS_IN_WEEK: Final = 24 * 7
_HOURS_IN_MONTH: Final = 24 * 30
_HOURS_IN_YEAR: Final = 24 * 365
_FOREVER_YEARS: Final = 20
_MOST_HOURS_SHOWN: Final = 100


def format_bytes(n: int) -> str:
    """Write a size: ten units or more, and bytes, as a whole number, cut off; less with a decimal.

    Ollama leaves out a decimal of zero where the size is exact, so that two that are nearly the
    same look different; here they do not.
    """
    factor, unit = _byte_unit(n)
    return f"{_short(n, factor)} {unit}"


def format_counter(completed: int, total: int | None) -> str:
    """Write both numbers in the unit of the total (`1.9/4.7 GB`); without one, the first alone."""
    if total is None:
        return format_bytes(completed)
    factor, unit = _byte_unit(total)
    if factor > 1 and total < 10 * factor:
        # Always one decimal: a counter that loses its ".0" for a moment flickers.
        return f"{completed / factor:.1f}/{total / factor:.1f} {unit}"
    return f"{_short(completed, factor)}/{_short(total, factor)} {unit}"


def format_rate(bytes_per_second: float) -> str:
    """Write a speed: `12.3 MB/s`, `986 MB/s`, `850 B/s`."""
    factor, unit = _byte_unit(int(bytes_per_second))
    value = bytes_per_second / factor
    digits = 1 if factor > 1 and value < 100 else 0  # noqa: PLR2004 - three digits say enough
    return f"{value:.{digits}f} {unit}/s"


def format_duration(seconds: float) -> str:
    """Write a time span: `850 ms`, `4.2 s`, `42 s`, `3m20s`, `2h5m`, `99h+`."""
    if seconds < 0.9995:  # noqa: PLR2004 - what would round to 1000 ms is a second
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 59.5:  # noqa: PLR2004 - what would round to 60 s is a minute
        tenths = f"{seconds:.1f}".removesuffix(".0")
        return f"{tenths if seconds < 9.95 else round(seconds)} s"  # noqa: PLR2004 - likewise 10 s
    if seconds >= _MOST_HOURS_SHOWN * 3600:
        return "99h+"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m" if hours else f"{minutes}m{rest}s"


def format_count(n: int) -> str:
    """Write a number of things: `3.2B`, `1.50M`, `128K`, `512`."""
    if n >= 10**9:
        return f"{n // 10**9}B" if n % 10**9 == 0 else f"{n / 10**9:.1f}B"
    if n >= 10**6:
        return f"{n // 10**6}M" if n % 10**6 == 0 else f"{n / 10**6:.2f}M"
    return f"{n / 1000:.0f}K" if n >= 1000 else str(n)  # noqa: PLR2004 - the unit's own size


def counted(n: int, thing: str) -> str:
    """Write how many there are of a thing: `1 message`, `2,000 messages`."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def format_ago(when_iso: str | None, now: datetime) -> str:
    """Write a time relative to `now`: `3 hours ago`, `4 minutes from now`, `forever`.

    `when_iso` is RFC 3339; None, empty or unreadable is `-`, the year 1 is `never`. A time that
    names no zone, and a `now` without one, count as UTC.
    """
    when = read_time(when_iso)
    if when is None:
        return "-"
    if when.year == 1:
        return "never"
    seconds = (_in_utc(now) - when).total_seconds()
    if seconds >= 0:
        return f"{_roughly(seconds)} ago"
    if int(-seconds / 3600) // _HOURS_IN_YEAR > _FOREVER_YEARS:
        return "forever"
    return f"{_roughly(-seconds)} from now"


def format_age(seconds: float) -> str:
    """Write how long ago something was: `12 minutes ago`."""
    return f"{_roughly(seconds)} ago"


def _byte_unit(n: int) -> tuple[int, str]:
    return next(((factor, unit) for factor, unit in _BYTE_UNITS if n >= factor), (1, "B"))


def _short(n: int, factor: int) -> str:
    if n >= 10 * factor or factor == 1:
        return str(n // factor)
    return f"{n / factor:.1f}"


def _in_utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


def _roughly(seconds: float) -> str:
    """Name a time span by its largest unit, as the official client does."""
    if seconds < 1:
        return "less than a second"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return "1 second" if int(seconds) == 1 else f"{int(seconds)} seconds"
    minutes = int(seconds / 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return "about a minute" if minutes == 1 else f"{minutes} minutes"
    # Half an hour more is the next hour: rounded as Go does, not to even as Python does.
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "about an hour"
    for limit, size, word in (
        (48, 1, "hours"),
        (2 * _HOURS_IN_WEEK, _HOURS_IN_DAY, "days"),
        (2 * _HOURS_IN_MONTH, _HOURS_IN_WEEK, "weeks"),
        (2 * _HOURS_IN_YEAR, _HOURS_IN_MONTH, "months"),
    ):
        if hours < limit:
            return f"{hours // size} {word}"
    return f"{hours // _HOURS_IN_YEAR} years"
