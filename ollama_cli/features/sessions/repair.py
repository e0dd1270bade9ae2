"""Repair of a damaged store: what can be read goes into a new file, the old one is kept beside it.

Nobody's bytes are thrown away: the old file gets another name, with the log that belongs to it.
"""

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.features.sessions import rows, statements, titles
from ollama_cli.features.sessions.salvage import Salvage
from ollama_cli.features.sessions.schema import APPLICATION, VERSIONS
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.system import sqlite_sources
from ollama_cli.system.files import beside, writing_errors
from ollama_cli.system.locks import locked
from ollama_cli.system.sqlite import CURES, Transaction
from ollama_cli.system.sqlite_pages import Pages
from ollama_cli.types.sessions import Attachment, Message, Session
from ollama_cli.types.times import timestamp
from ollama_cli.types.values import dataclass

_VERSION: Final = slice(60, 64)
_MAKER: Final = slice(68, 72)
_HEADER: Final = 100
_TRIES: Final = 3
_OTHERS: Final = ("", "-wal", "-shm")
_DRAFT: Final = "INSERT INTO drafts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Repaired:
    """What was salvaged; `kept` is the old file.

    `lost` counts messages that are known to have been there, and cannot be read: at least so many.
    """

    sessions: int
    messages: int
    lost: int
    kept: Path


def repair(store: SessionStore) -> Repaired | None:
    """Make a new store of what can be read of a damaged one; None if it is whole, or not there.

    Raises ConfigError if the file is not ours, of a newer version, or in use all the time.
    """
    path = store.database.path
    if not store.database.exists or (trouble := _trouble(store)) is None:
        return None
    _check_maker(path, trouble)
    store.close()
    with locked(path):
        for _ in range(_TRIES):
            before = _state(path)
            new = beside(path, ".repair")
            _remove(new)
            try:
                made = _rebuild(path, new)
                if _state(path) == before:
                    with writing_errors(path):
                        return replace(made, kept=_exchange(path, new))
            finally:
                _remove(new)
    return store.database.refuse("another process is writing to it")


def _trouble(store: SessionStore) -> ConfigError | None:
    """Return what is wrong with a store; None if all of it can be read."""
    try:
        with store.database.reading() as base:
            if base is None:
                return None
            found = base.execute("PRAGMA quick_check(1)").rows
            if found[0][0] != "ok":
                store.database.refuse(str(found[0][0]))
            if base.execute("PRAGMA foreign_key_check").rows:
                store.database.refuse("it is damaged")
            for row in base.execute("SELECT * FROM sessions").rows:
                session = rows.session_of(row)
                statements.messages(base, session.id)
    except ConfigError as error:
        return error
    except (ValueError, TypeError, RecursionError):
        return ConfigError("it is damaged")
    return None


def _check_maker(path: Path, trouble: ConfigError) -> None:
    """Raise the trouble if the file is none to be repaired: newer, another program's, in use."""
    if trouble.hint in CURES.values():
        raise trouble
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise trouble from error
    if not header.startswith(sqlite_sources.MAGIC):
        return
    maker, version = int.from_bytes(header[_MAKER]), int.from_bytes(header[_VERSION])
    is_ours = maker == APPLICATION
    if (is_ours and version > len(VERSIONS)) or (not is_ours and _is_whole(path)):
        raise trouble


def _is_whole(path: Path) -> bool:
    """Return whether a database is not damaged: it is then that of another program."""
    try:
        with sqlite_sources.reading(path) as source:
            return bool(source.tables) and next(source.rows("PRAGMA quick_check(1)"))[0] == "ok"
    except UsageError:
        return False


def _state(path: Path) -> list[tuple[int, int] | None]:
    """Return what changes when somebody writes to the store."""
    found = [each.stat() if each.exists() else None for each in (path, _other(path, "-wal"))]
    return [each and (each.st_size, each.st_mtime_ns) for each in found]


def _rebuild(path: Path, new: Path) -> Repaired:
    store = SessionStore(new)
    store.database.create()
    with closing(store), Pages(path) as pages, store.database.writing() as base:
        return _Rebuilding(base, Salvage(pages)).run(path)


class _Rebuilding:
    """One new store in the making."""

    def __init__(self, base: Transaction, found: Salvage) -> None:
        self._base = base
        self._found = found
        self._blobs: dict[str, int] = {}
        self._sessions: dict[str, Session] = {}
        self._last: dict[str, int] = {}
        self._places: dict[int, str] = {}
        self._missed: set[int] = set()

    def run(self, path: Path) -> Repaired:
        """Copy all that can be read."""
        for sha256, data in self._found.blobs():
            self._base.execute(rows.INSERT_BLOB, (sha256, len(data), data))
            self._blobs[sha256] = len(data)
        origins = {}
        for session, source, name in self._found.sessions():
            self._add_session(session)
            origins[session.id] = (source, name)
        for session_id, message in self._found.messages():
            self._add_message(session_id, message)
        for draft in self._found.drafts():
            if self._places.get(draft["parent"]) == draft["session"]:
                with suppress(ConfigError):  # values of other types than ours
                    self._base.execute(_DRAFT, tuple(draft.values()))
        self._end(origins)
        lost = (self._missed | self._found.links.keys()) - self._places.keys()
        return Repaired(len(self._sessions), len(self._places), len(lost), path)

    def _add_session(self, session: Session) -> None:
        values = rows.session_row(replace(session, head=None))
        self._base.execute(rows.INSERT_SESSION, values)
        self._sessions[session.id] = session

    def _add_message(self, session_id: str, message: Message) -> None:
        """Add a message; one whose parent is lost stands behind the one before that."""
        if session_id not in self._sessions:  # its row is lost: its beginning is what is left
            time = message.created_at or timestamp()
            title = titles.first_words(message.content)
            self._add_session(Session(session_id, title, time, time, model=message.model))
        assert message.id is not None  # noqa: S101  a row has a number
        parent = self._left(session_id, message.parent)
        files = tuple(
            Attachment(sha256, name, media_type, self._blobs[sha256])
            for sha256, name, media_type in self._found.attachments(message.id)
            if sha256 in self._blobs
        )
        kept = replace(message, parent=parent, attachments=files)
        statements.add_message(self._base, session_id, kept)
        self._places[message.id] = session_id
        self._last[session_id] = message.id

    def _left(self, session_id: str, number: int | None) -> int | None:
        """Return the message that is left of the way to one; as a last resort the newest so far."""
        while number is not None and self._places.get(number) != session_id:
            self._missed.add(number)
            before = self._found.links.get(number, self._last.get(session_id))
            number = before if before is None or before < number else None
        return number

    def _end(self, origins: dict[str, tuple[str | None, str | None]]) -> None:
        """Give the sessions their heads, and where they are from."""
        query = "UPDATE OR IGNORE sessions SET head = ?, source = ?, source_id = ? WHERE id = ?"
        for session in self._sessions.values():
            source, name = origins.get(session.id, (None, None))
            head = self._left(session.id, session.head)
            if session.head is not None or session.id not in origins:  # else it begins anew
                head = head or self._last.get(session.id)
            self._base.execute(query, (head, source, name, session.id))


def _exchange(path: Path, new: Path) -> Path:
    """Put the new file in the place of the old one, which is kept; at no time is there none."""
    kept = next(each for each in _names(path) if not each.exists())
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        path.rename(kept)
    for ending in _OTHERS[1:]:  # a log must never stand beside a file that it is not of
        with suppress(FileNotFoundError):
            _other(path, ending).rename(_other(kept, ending))
    new.replace(path)
    return kept


def _names(path: Path) -> Iterator[Path]:
    day = timestamp()[:10]
    yield path.with_name(f"{path.name}.damaged-{day}")
    for number in range(2, 1000):
        yield path.with_name(f"{path.name}.damaged-{day}-{number}")


def _other(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _remove(path: Path) -> None:
    for ending in _OTHERS:
        _other(path, ending).unlink(missing_ok=True)
