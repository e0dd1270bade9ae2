"""Times as they are kept: RFC 3339 in UTC, with milliseconds, so that texts sort as times do."""

from datetime import UTC, datetime


def timestamp(when: datetime | None = None) -> str:
    """Write a time, or the current one: `2026-11-29T12:00:00.000Z`."""
    text = (when or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def read_time(text: str | None) -> datetime | None:
    """Read a time, which is in UTC if it names no zone; None for what is none."""
    try:
        when = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when
