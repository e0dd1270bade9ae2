"""What an import found, and how the values of a file or a database are read: strictly."""

import hashlib
import json
import math
import mimetypes
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from ollama_cli.errors import UsageError
from ollama_cli.types.numbers import count, finite
from ollama_cli.types.sessions import Attachment, Message, Session
from ollama_cli.types.text import well_formed
from ollama_cli.types.times import timestamp
from ollama_cli.types.values import dataclass

ROLES: Final = ("user", "assistant", "system", "tool")
MOST_DEPTH: Final = 60
_LARGEST: Final = 2**63 - 1
_LONGEST_NAME: Final = 4096


@dataclass(frozen=True)
class Found:
    """A session of a source, known there as `source_id`.

    Its id is empty unless it is one of ours. Ids of messages are those of the source, or numbers
    made up for it; parents come before their children. `blobs` are the bytes of attachments by
    their SHA-256; `left_out` counts attachments whose bytes are nowhere.
    """

    source: str
    source_id: str
    session: Session
    messages: tuple[Message, ...]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    left_out: int = 0


class Record:
    """An object of a file or a row of a table, at a `place` that errors name."""

    def __init__(self, values: Any, place: str) -> None:
        self._values = values
        self.place: Final = place

    def refuse(self, reason: str) -> NoReturn:
        """Raise UsageError: what stands there cannot be imported."""
        raise UsageError(f"{self.place}: {reason}", hint="nothing was imported")

    def get(self, name: str) -> Any:
        """Return a value as it is; None if it is missing."""
        return self._values[name] if name in self._values.keys() else None  # noqa: SIM118  a row holds its values

    def text(self, name: str) -> str:
        """Read a text; a missing one is empty."""
        value = self.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(f"{name} is no text")
        return well_formed(value)

    def name(self, name: str) -> str | None:
        """Read a short text, as a title; None for an empty one."""
        text = self.text(name)
        if len(text) > _LONGEST_NAME:
            self.refuse(f"{name} has more than {_LONGEST_NAME} characters")
        return text or None

    def one_of(self, name: str, allowed: tuple[Any, ...]) -> Any:
        """Read one of the allowed words; the first one if it is missing."""
        word = allowed[0] if self.get(name) is None else self.get(name)
        if not isinstance(word, str) or word not in allowed:
            self.refuse(f"{name} is none of {', '.join(allowed)}")
        return word

    def count(self, name: str) -> int | None:
        """Read a whole number, 0 or more; None if it is missing."""
        value = self.get(name)
        number = count(value)
        if value is not None and (number is None or number > _LARGEST):
            self.refuse(f"{name} is no whole number of 63 bits")
        return number

    def seconds(self, name: str) -> float | None:
        """Read a number, 0 or more; None if it is missing."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            self.refuse(f"{name} is no number of seconds")
        if isinstance(value, float) and not math.isfinite(value):
            self.refuse(f"{name} is no number of seconds")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Read an object, empty if it is missing."""
        value = self.get(name)
        if value is not None and not isinstance(value, dict):
            self.refuse(f"{name} is no object")
        if _is_deep(value):
            self.refuse(f"{name} is nested too deeply")
        return value or {}

    def mappings(self, name: str) -> list[dict[str, Any]]:
        """Read a list of objects, empty if it is missing."""
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.refuse(f"{name} is no list of objects")
        if _is_deep(value):
            self.refuse(f"{name} is nested too deeply")
        return value

    def time(self, name: str) -> str | None:
        """Read a time, taken for UTC if it names no zone; None if it is missing."""
        value = self.get(name)
        if value is None or value == "":
            return None
        found = moment(value)
        if found is None:
            self.refuse(f"{name} is no time")
        return found


def moment(value: object) -> str | None:
    """Write a time as it is kept, in UTC to the millisecond; None for what is no time."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        if time is None:
            return None
        return timestamp(time.replace(tzinfo=UTC) if time.tzinfo is None else time)
    except (ValueError, OverflowError):
        return None


def parsed(record: Record, name: str) -> dict[str, Any]:
    """Read an object that is kept as text of JSON; empty if it is missing."""
    text = record.text(name)
    if not text.strip():
        return {}
    try:
        value = json.loads(text, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError):
        record.refuse(f"{name} is no JSON")
    return Record({name: value}, record.place).mapping(name)


def media_type(name: str) -> str:
    """Guess the type of a file by its name."""
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def attachment(data: bytes, name: str, media_type: str) -> Attachment:
    """Make the record of an attachment of its bytes."""
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(sha256=digest, name=name, media_type=media_type, size=len(data))


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return False
        level = inner
    return True
