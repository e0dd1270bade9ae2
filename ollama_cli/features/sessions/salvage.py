"""What can still be read of a damaged store: the rows on its pages, known by their form.

That does without what leads to the pages: a single page of that kind, lost, hides thousands of
rows from SQLite.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeVar, get_args

from ollama_cli.features.sessions import titles
from ollama_cli.system.sqlite_pages import Pages, Place, Row
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.numbers import count
from ollama_cli.types.sessions import Message, Session, State

T = TypeVar("T")
# The columns of the tables, in the order of their declaration.
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "sessions": (
        "id", "title", "created_at", "updated_at", "head", "model", "system", "options",
        "forked_from", "source", "source_id",
    ),
    "messages": (
        "id", "session", "parent", "role", "state", "created_at", "model", "options", "tool_calls",
        "prompt_tokens", "completion_tokens", "timings", "bytes", "content", "thinking",
    ),
    "drafts": (
        "parent", "pid", "born", "session", "created_at", "model", "options", "content", "thinking",
    ),
    "blobs": ("sha256", "size", "data"),
    "attachments": ("message", "position", "sha256", "name", "media_type"),
}  # fmt: skip
# What an index of the messages tells of each: session, parent, three numbers, its own.
_LINK: Final = 6
_TABLES: Final = {len(columns): table for table, columns in COLUMNS.items()}
_SHA256: Final = r"[0-9a-f]{64}"
_LARGEST: Final = 2**63 - 1
_Fields = dict[str, Any]


class Salvage:
    """The rows of a damaged store.

    `links` are the parents of messages by their numbers, also of some that cannot be read.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._places: dict[str, dict[Any, Place]] = {table: {} for table in COLUMNS}
        self.links: dict[int, int | None] = {}
        for row in pages.rows():
            if len(row.values) == _LINK:
                self._add_link(row)
            table = _TABLES.get(len(row.values), "")
            if table and (key := _key(table, row)) is not None:
                self._places[table][key] = row.place

    def _add_link(self, row: Row) -> None:
        session, parent, _, _, _, number = row.values
        if row.number is None and isinstance(number, int) and titles.is_id(_text(session)):
            self.links[number] = _number(parent)

    def sessions(self) -> Iterator[tuple[Session, str | None, str | None]]:
        """Yield the sessions, each with the source of its import and its name there."""
        for _, row in self._rows("sessions"):
            yield (
                Session(
                    id=row["id"],
                    title=_text(row["title"]),
                    created_at=_text(row["created_at"]),
                    updated_at=_text(row["updated_at"]),
                    head=_number(row["head"]),
                    model=_optional(row["model"]),
                    system=_optional(row["system"]),
                    options=_json(row["options"], dict[str, Any]),
                    forked_from=_optional(row["forked_from"]),
                ),
                _optional(row["source"]),
                _optional(row["source_id"]),
            )

    def messages(self) -> Iterator[tuple[str, Message]]:
        """Yield the messages, the oldest first, each with the id of its session."""
        for number, row in self._rows("messages"):
            timings = _json(row["timings"], dict[str, Any])
            message = Message(
                id=number,
                parent=_number(row["parent"]),
                role=row["role"],
                content=_text(row["content"]),
                thinking=_text(row["thinking"]),
                state=row["state"],
                model=_optional(row["model"]),
                options=_json(row["options"], dict[str, Any]),
                tool_calls=tuple(_json(row["tool_calls"], list[dict[str, Any]])),
                usage=Usage(_number(row["prompt_tokens"]), _number(row["completion_tokens"])),
                timings=Timings(**{each.name: timings.get(each.name) for each in fields(Timings)}),
                created_at=_text(row["created_at"]),
            )
            yield row["session"], message

    def drafts(self) -> Iterator[_Fields]:
        """Yield the answers that were being written, as rows."""
        for _, row in self._rows("drafts"):
            yield row

    def blobs(self) -> Iterator[tuple[str, bytes]]:
        """Yield the bytes of attachments that are still what their SHA-256 says."""
        for _, row in self._rows("blobs"):
            if hashlib.sha256(row["data"]).hexdigest() == row["sha256"]:
                yield row["sha256"], row["data"]

    def attachments(self, message: int) -> Iterator[tuple[str, str, str]]:
        """Yield SHA-256, name and type of the attachments of a message."""
        places = self._places["attachments"]
        position = 0
        while place := places.get((message, position)):
            _, _, sha256, name, media_type = self._pages.row(place).values
            yield _text(sha256), _text(name), _text(media_type)
            position += 1

    def _rows(self, table: str) -> Iterator[tuple[Any, _Fields]]:
        columns = COLUMNS[table]
        for key, place in sorted(self._places[table].items()):
            yield key, dict(zip(columns, self._pages.row(place).values, strict=True))


def _key(table: str, row: Row) -> Any:
    """Return what tells a row from the others of its table; None for what is no such row."""
    values = dict(zip(COLUMNS[table], row.values, strict=True))
    match table:
        case "sessions" if titles.is_id(_text(values["id"])):
            return values["id"]
        case "messages" if _is_message(values) and row.number and row.number > 0:
            return row.number
        case "drafts" if titles.is_id(_text(values["session"])):
            return row.number
        case "blobs" if _is_sha256(values["sha256"]) and isinstance(values["data"], bytes):
            return values["sha256"]
        case "attachments" if _is_sha256(values["sha256"]) and row.number is None:
            return values["message"], values["position"]
    return None


def _is_message(values: _Fields) -> bool:
    return (
        values["id"] is None  # the number of the row stands in its place
        and titles.is_id(_text(values["session"]))
        and values["state"] in get_args(State)
        and isinstance(values["role"], str)
        and isinstance(values["content"], str)
    )


def _is_sha256(value: object) -> bool:
    return bool(re.fullmatch(_SHA256, _text(value)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _optional(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    number = count(value)
    return number if number is not None and number <= _LARGEST else None


def _json(text: object, kind: Callable[[], T]) -> T:
    """Read a value of JSON; an empty one of its kind for what is none."""
    empty = kind()
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return empty
    return value if isinstance(value, type(empty)) else empty
