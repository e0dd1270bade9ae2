"""Sessions and messages as rows of the store, both ways; what is no valid text is replaced."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, get_args

from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message, Session, State
from ollama_cli.types.text import well_formed

LARGEST: Final = 2**63 - 1
_STATES: Final = frozenset(get_args(State))
_SESSION: Final = (
    "id", "title", "created_at", "updated_at", "head", "model", "system", "options", "forked_from",
)  # fmt: skip
_MESSAGE: Final = (
    "id", "session", "parent", "role", "state", "created_at", "model", "options", "tool_calls",
    "prompt_tokens", "completion_tokens", "timings", "bytes", "content", "thinking",
)  # fmt: skip


def _insert(table: str, columns: Sequence[str]) -> str:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  our own names


INSERT_SESSION: Final = _insert("sessions", _SESSION)
INSERT_MESSAGE: Final = _insert("messages", _MESSAGE)
INSERT_ATTACHMENT: Final = "INSERT INTO attachments VALUES (?, ?, ?, ?, ?)"
INSERT_BLOB: Final = "INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)"


def session_row(session: Session) -> tuple[object, ...]:
    """Return the values of a session for INSERT_SESSION."""
    return (
        session.id,
        well_formed(session.title),
        session.created_at,
        session.updated_at,
        session.head,
        _text(session.model),
        _text(session.system),
        dumped(session.options),
        session.forked_from,
    )


def session_of(row: Mapping[str, Any]) -> Session:
    """Return the session of a row; ValueError if it was not written here."""
    values = {name: row[name] for name in _SESSION}
    return Session(**{**values, "options": loaded(row["options"])})


def message_row(session_id: str, message: Message) -> tuple[object, ...]:
    """Return the values of a message for INSERT_MESSAGE."""
    return (
        message.id,
        session_id,
        message.parent,
        well_formed(message.role),
        message.state,
        message.created_at,
        _text(message.model),
        dumped(message.options),
        dumped(message.tool_calls),
        _number(message.usage.prompt_tokens),
        _number(message.usage.completion_tokens),
        dumped(asdict(message.timings)),
        _number(size_of(message)),
        well_formed(message.content),
        well_formed(message.thinking),
    )


def message_of(row: Mapping[str, Any], attachments: Sequence[Attachment] = ()) -> Message:
    """Return the message of a row; ValueError if it was not written here."""
    if row["state"] not in _STATES:
        raise ValueError(row["state"])
    calls = json.loads(row["tool_calls"])
    if not isinstance(calls, list):
        raise TypeError(row["tool_calls"])
    return Message(
        role=row["role"],
        content=row["content"],
        thinking=row["thinking"],
        state=row["state"],
        model=row["model"],
        options=loaded(row["options"]),
        tool_calls=tuple(calls),
        attachments=tuple(attachments),
        usage=Usage(row["prompt_tokens"], row["completion_tokens"]),
        timings=Timings(**loaded(row["timings"])),
        created_at=row["created_at"],
        id=row["id"],
        parent=row["parent"],
    )


def size_of(message: Message) -> int:
    """Return the bytes of a message's texts and attachments."""
    texts = sum(len(well_formed(text).encode()) for text in (message.content, message.thinking))
    return texts + sum(each.size for each in message.attachments)


def stored(value: Any) -> object:
    """Return one value of a session as its column holds it."""
    if isinstance(value, str):
        return well_formed(value)
    return dumped(value) if isinstance(value, Mapping) else value


def dumped(value: object) -> str:
    """Return a value as JSON, in the order in which it was given."""
    return well_formed(json.dumps(value, ensure_ascii=False, default=dict))


def loaded(text: str) -> dict[str, Any]:
    """Return the object that a text of JSON holds; ValueError or TypeError if it holds none."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError(text)
    return value


def _text(text: str | None) -> str | None:
    return None if text is None else well_formed(text)


def _number(value: int | None) -> int | None:
    return None if value is None else min(value, LARGEST)
