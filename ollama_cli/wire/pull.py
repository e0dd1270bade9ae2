"""Lines of a pull, turned into events."""

import json
from collections.abc import Iterable
from typing import Final

from ollama_cli.types.pull_events import (
    ChunkProgress,
    Error,
    Phase,
    PullEvent,
    Status,
    Success,
)

_UNSIGNED_LIMIT: Final = 2**64
_UNKNOWN: Final = "unknown error"


def pull_events_from_value(value: object) -> list[PullEvent]:
    """Turn a decoded line into events: Status, Success, ChunkProgress, Error; never raises."""
    if not isinstance(value, dict):
        return []
    events: list[PullEvent] = []
    status = value.get("status")
    if isinstance(status, str):
        events.append(event := Status(status))
        if event.phase is Phase.SUCCESS:
            events.append(Success())
    total, completed = _count(value.get("total")), _count(value.get("completed"))
    if total is not None or completed is not None:
        digest = value.get("digest")
        events.append(ChunkProgress(digest if isinstance(digest, str) else "", total, completed))
    error = value.get("error")
    if error is not None and error is not False:
        events.append(Error(_error_text(error)))
    return events


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _UNSIGNED_LIMIT:
        return value
    return None


def _error_text(error: object) -> str:
    if isinstance(error, dict):
        message = error.get("message")
        if isinstance(message, str) and message:
            return message
    elif isinstance(error, str):
        return error or _UNKNOWN
    return _UNKNOWN if error in ({}, []) else _json_text(error)


def _json_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        return _UNKNOWN  # nested beyond what can be written down


class PullParser:
    """Parses the lines of a pull; its caller decides whether the pull succeeded.

    With `join`, of the progress lines of one layer that are read together, only the newest is an
    event; the first line of each layer always is.
    """

    def __init__(self, *, join: bool = False) -> None:
        self._join = join
        self._statuses: dict[str, str] = {}

    def read(self, values: Iterable[object], events: list[PullEvent]) -> None:
        """Add the events of decoded lines to `events`."""
        if self._join:
            self._read_joined(values, events)
            return
        for value in values:
            events += pull_events_from_value(value)

    def is_done(self) -> bool:
        """Return False: the caller stops at Success, and any end before that is a cut."""
        return False

    def finish(self) -> list[PullEvent]:
        """Accept any end, and add nothing: the caller sees that there was no Success."""
        return []

    def _read_joined(self, values: Iterable[object], events: list[PullEvent]) -> None:
        statuses = self._statuses
        newest: dict[str, object] = {}
        try:
            for value in values:
                if type(value) is dict and "error" not in value:
                    digest, status = value.get("digest"), value.get("status")
                    if type(digest) is str and type(status) is str:
                        if statuses.get(digest) == status:
                            newest[digest] = value
                            continue
                        statuses[digest] = status
                _add_newest(newest, events)
                events += pull_events_from_value(value)
        finally:
            _add_newest(newest, events)


def _add_newest(newest: dict[str, object], events: list[PullEvent]) -> None:
    for value in newest.values():
        events += pull_events_from_value(value)
    newest.clear()
