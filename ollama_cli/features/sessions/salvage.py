"""What can still be read of a damaged store: row by row, around the places that cannot."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from ollama_cli.errors import UsageError
from ollama_cli.features.sessions.schema import FORM
from ollama_cli.system import sqlite_sources
from ollama_cli.system.sqlite import Store
from ollama_cli.system.sqlite_sources import Source
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.numbers import count
from ollama_cli.types.sessions import Message, Session, State

T = TypeVar("T")
DRAFT: Final = (
    "parent", "pid", "born", "session", "created_at", "model", "options", "content", "thinking",
)  # fmt: skip
_TABLES: Final = frozenset({"sessions", "messages"})
_LARGEST: Final = 2**63 - 1
_BEYOND: Final = 1 << 16
# Numbers that are asked for one by one, each 10 µs: of a page there are dozens.
_MOST_LOST: Final = 200_000
# What stands at the beginning of the first page: SQLite counts changes, pages and free ones.
_CHANGES, _PAGES, _FREE, _VALID_FOR = (
    slice(24, 28),
    slice(28, 32),
    slice(32, 40),
    slice(92, 96),
)


class Salvage:
    """The rows of a damaged store; `lost` counts numbers of messages that cannot be read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._misses = 0
        self.lost = 0

    def sessions(self) -> Iterator[tuple[Session, str | None, str | None]]:
        """Yield the sessions, each with the source of its import and its name there."""
        for row in self._rows("sessions"):
            yield (
                Session(
                    id=_text(row["id"]),
                    title=_text(row["title"]),
                    created_at=_text(row["created_at"]),
                    updated_at=_text(row["updated_at"]),
                    head=_number(row["head"]),
                    model=_text(row["model"]) or None,
                    system=_text(row["system"]) or None,
                    options=_json(row["options"], dict[str, Any]),
                    forked_from=_text(row["forked_from"]) or None,
                ),
                _text(row["source"]) or None,
                _text(row["source_id"]) or None,
            )

    def messages(self) -> Iterator[tuple[str, Message]]:
        """Yield the messages, the oldest first, each with the id of its session."""
        for row in self._rows("messages", counts=True):
            state: State = row["state"] if row["state"] in get_args(State) else "partial"
            timings = _json(row["timings"], dict[str, Any])
            message = Message(
                id=row["id"],
                parent=_number(row["parent"]),
                role=_text(row["role"]) or "assistant",
                content=_text(row["content"]),
                thinking=_text(row["thinking"]),
                state=state,
                model=_text(row["model"]) or None,
                options=_json(row["options"], dict[str, Any]),
                tool_calls=tuple(_json(row["tool_calls"], list[dict[str, Any]])),
                usage=Usage(_number(row["prompt_tokens"]), _number(row["completion_tokens"])),
                timings=Timings(**{each.name: timings.get(each.name) for each in fields(Timings)}),
                created_at=_text(row["created_at"]),
            )
            yield _text(row["session"]), message

    def drafts(self) -> Iterator[tuple[object, ...]]:
        """Yield the values of answers that were being written, in the order of DRAFT."""
        for row in self._rows("drafts"):
            yield tuple(row[name] for name in DRAFT)

    def blobs(self) -> Iterator[tuple[str, bytes]]:
        """Yield the bytes of attachments that are still what their SHA-256 says."""
        for row in self._rows("blobs"):
            data = row["data"]
            if isinstance(data, bytes) and hashlib.sha256(data).hexdigest() == row["sha256"]:
                yield row["sha256"], data

    def attachments(self, message: int) -> Iterator[tuple[str, str, str]]:
        """Yield SHA-256, name and type of the attachments of a message."""
        if "attachments" not in self._source.tables:
            return
        query = "SELECT * FROM attachments WHERE message = ? ORDER BY position"
        try:
            for row in self._source.rows(query, [message]):
                yield _text(row["sha256"]), _text(row["name"]), _text(row["media_type"])
        except UsageError:
            return

    def _rows(self, table: str, *, counts: bool = False) -> Iterator[Any]:
        """Yield the rows of a table by their numbers: up to a damaged place, then from behind it.

        What lies between the first and the last damaged place is asked for in halves.
        """
        if table not in self._source.tables:
            return
        select = f"SELECT rowid AS place, * FROM {table} WHERE rowid"  # noqa: S608  our own words
        low, high = 0, None
        try:
            for row in self._source.rows(f"{select} > 0 ORDER BY rowid"):
                yield row
                low = row["place"]
        except UsageError:
            for place in self._downwards(table, low):
                high = place
            last = self._last(table, low) if high is None else high - 1
            yield from self._between(f"{select} BETWEEN ? AND ? ORDER BY rowid", low + 1, last)
            if high is not None:
                yield from self._source.rows(f"{select} >= ? ORDER BY rowid", [high])
        if counts:
            self.lost += self._misses

    def _downwards(self, table: str, low: int) -> Iterator[int]:
        query = f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid DESC"  # noqa: S608  our own words
        with suppress(UsageError):
            for row in self._source.rows(query, [low]):
                yield row[0]

    def _last(self, table: str, low: int) -> int:
        """Return a number that the rows of a table hardly exceed, if its end cannot be read."""
        known = [low + _BEYOND]
        queries = (
            f"SELECT max(rowid) FROM {table}",  # noqa: S608  our own words
            f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'",  # noqa: S608  likewise
        )
        for query in queries:
            try:
                known += [row[0] for row in self._source.rows(query) if isinstance(row[0], int)]
            except UsageError:
                continue
        return known[-1]

    def _between(self, query: str, low: int, high: int) -> Iterator[Any]:
        """Yield the rows from a number to another one; count in `_misses` what cannot be read."""
        ranges, self._misses = [(low, high)], 0
        while ranges and self._misses < _MOST_LOST:
            low, high = ranges.pop()
            try:
                for row in self._source.rows(query, [low, high]):
                    yield row
                    low = row["place"] + 1
            except UsageError:
                if low >= high:
                    self._misses += 1
                    continue
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]


@contextmanager
def opened(path: Path) -> Iterator[Salvage | None]:
    """Open what can be read of a damaged store; None if it is nothing. It is not changed.

    If its first page is lost, that of a new store is put in its place in a copy: the tables of all
    stores begin on the same pages.
    """
    with ExitStack() as stack:
        source = _tables(path, stack)
        if source is None and path.stat().st_size:
            # Beside the store: nothing of it gets to another disk.
            folder = tempfile.TemporaryDirectory(prefix=".sessions-", dir=path.parent)
            source = _tables(_with_new_start(path, Path(stack.enter_context(folder))), stack)
        yield Salvage(source) if source else None


def _tables(path: Path, stack: ExitStack) -> Source | None:
    """Open a file in which at least the tables can be found."""
    try:
        source = stack.enter_context(sqlite_sources.reading(path))
    except UsageError:
        return None
    return source if source.tables.keys() >= _TABLES else None


def _with_new_start(path: Path, folder: Path) -> Path:
    new, copy = Store(folder / "new.db", FORM), folder / path.name
    new.create()
    with new.writing():
        pass
    new.close()
    start = bytearray(new.path.read_bytes()[: sqlite_sources.page_size(new.path)])
    shutil.copyfile(path, copy)
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():
        shutil.copyfile(wal, copy.with_name(f"{copy.name}-wal"))
    start[_PAGES] = (copy.stat().st_size // len(start)).to_bytes(4)
    start[_FREE] = bytes(8)
    start[_VALID_FOR] = start[_CHANGES]
    with copy.open("r+b") as file:
        file.write(start)
    return copy


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    number = count(value)
    return number if number is not None and number <= _LARGEST else None


def _json(text: object, kind: Callable[[], T]) -> T:
    """Read a value of JSON; an empty one of its kind for what is none."""
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, type(kind())) else kind()
