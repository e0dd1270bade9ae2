"""The answers that are kept: one SQLite file, which other processes use at the same time.

An answer is written in one transaction, once it is whole: a process that dies leaves all of it or
nothing. Of a question the file holds a hash alone, but answers as they came, and these tell much of
what was asked: it is the owner's alone.
"""

import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from ollama_cli.errors import ConfigError
from ollama_cli.system import paths
from ollama_cli.system.sqlite import Form, Store, Transaction, is_damage, is_disk
from ollama_cli.types.times import timestamp
from ollama_cli.types.values import dataclass

MOST_BYTES: Final = 256_000_000
# What one answer may take of it: a larger one would push out too many others.
_SHARE: Final = 8
_NAME: Final = "answers.db"
_HINT: Final = "empty it: `ollama-cli cache clear`"
_PATIENCE: Final = 2.0  # seconds that other processes have to end their reading of what is removed
# Around a blob: its row, its place in two indexes, and what is left empty of its last page.
_ROUND_IT: Final = 3 * 4096
_TABLES: Final = (
    """
    CREATE TABLE answers (
      key BLOB PRIMARY KEY,
      stored REAL NOT NULL,
      used INTEGER NOT NULL,
      context INTEGER,
      lines BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX answers_by_use ON answers (used)",
    "CREATE INDEX answers_by_age ON answers (stored)",
)
_FORM: Final = Form(
    "cache of answers",
    [_TABLES],
    _HINT,
    is_ledger=True,
    application=int.from_bytes(b"ocac"),
)
# Not times, which clocks set back: each use is one more than the last one.
_NEXT: Final = "(SELECT coalesce(max(used), 0) + 1 FROM answers)"


class Kept(NamedTuple):
    """An answer: the server's `lines`, and the context of the model then, in tokens, if known."""

    lines: bytes
    context_length: int | None


@dataclass(frozen=True)
class Info:
    """What the file holds: the number of answers, its bytes, when the oldest and newest came."""

    path: str
    answers: int
    bytes: int
    limit: int
    oldest: str | None
    newest: str | None


class Cleared(NamedTuple):
    """What was removed, in answers and bytes of the file.

    It is not `whole` if another process was reading: what was removed may still be in the file.
    """

    removed: int
    bytes: int
    whole: bool


class AnswerCache:
    """The answers in a file, by the keys of their questions; `most` bounds its bytes.

    Every method raises ConfigError if the file cannot be used; what it holds is then left as it is,
    but by `clear`.
    """

    def __init__(self, path: Path, *, most: int = MOST_BYTES) -> None:
        self._store = Store(path, _FORM)
        self._most = most

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def get(self, key: bytes, age: timedelta | None = None) -> Kept | None:
        """Return what is kept for a key, if it is not older than `age`; it is then used anew."""
        if not self._store.exists:
            return None
        with self._store.reading() as base:
            rows = base.execute("SELECT * FROM answers WHERE key = ?", (key,)).rows if base else []
            if not rows or not _is_fresh(rows[0]["stored"], age):
                return None
            with self._store.failures():
                found = Kept(zlib.decompress(rows[0]["lines"]), rows[0]["context"])
        with suppress(ConfigError), self._store.writing(is_synced=False) as base:
            base.execute(f"UPDATE answers SET used = {_NEXT} WHERE key = ?", (key,))  # noqa: S608  our own words
        return found

    def put(self, answers: Mapping[bytes, Kept]) -> None:
        """Keep answers in the place of those with their keys; those used longest ago make room.

        One that is too large is not kept.
        """
        packed = {key: (zlib.compress(kept.lines), kept) for key, kept in answers.items()}
        fitting = {
            key: each
            for key, each in packed.items()
            if len(each[0]) + _ROUND_IT <= self._most // _SHARE
        }
        if not fitting:
            return
        self._store.create()
        with self._store.writing(is_synced=False) as base:
            for key, (data, kept) in fitting.items():
                base.execute("DELETE FROM answers WHERE key = ?", (key,))
                self._make_room(base, len(data) + _ROUND_IT)
                base.execute(
                    f"INSERT INTO answers VALUES (?, ?, {_NEXT}, ?, ?)",  # noqa: S608  our own words
                    (key, time.time(), kept.context_length, data),
                )

    def drop(self, key: bytes) -> None:
        """Remove what is kept for a key."""
        if self._store.exists:
            with self._store.writing(is_synced=False) as base:
                base.execute("DELETE FROM answers WHERE key = ?", (key,))

    def info(self) -> Info:
        """Tell what the file holds."""
        rows = [(0, None, None)]
        if self._store.exists:
            with self._store.reading() as base:
                if base is not None:
                    asked = "SELECT count(*), min(stored), max(stored) FROM answers"
                    rows = base.execute(asked).rows
        ((count, oldest, newest),) = rows
        size = self._store.size
        with self._store.failures():
            times = _time_of(oldest), _time_of(newest)
        return Info(str(self._store.path), count, size, self._most, *times)

    def clear(self, age: timedelta | None = None) -> Cleared:
        """Remove the answers that are older than `age`, or all, to the last byte.

        A file that is damaged is removed whole, and so is one that a full disk keeps from being
        written to, if all of it is to go.
        """
        if not self._store.exists:
            return Cleared(0, 0, whole=True)
        before = self._store.size
        try:
            count, is_whole = self._removed(age)
        except ConfigError as error:
            if not (is_damage(error) or (age is None and is_disk(error))):
                raise
            self._store.remove()
            count, is_whole = 0, True
        return Cleared(count, max(0, before - self._store.size), is_whole)

    def _removed(self, age: timedelta | None) -> tuple[int, bool]:
        oldest = None if age is None else time.time() - age.total_seconds()
        with self._store.writing() as base:
            if oldest is None:
                count = base.execute("DELETE FROM answers").changed
            else:
                count = base.execute("DELETE FROM answers WHERE stored < ?", (oldest,)).changed
        return count, self._store.compact(patience=_PATIENCE)

    def _make_room(self, base: Transaction, size: int) -> None:
        """Remove those used longest ago until so many bytes fit in."""
        most = (self._most - size) // base.number("page_size")
        while base.number("page_count") - base.number("freelist_count") > most:
            oldest = "SELECT key FROM answers ORDER BY used LIMIT 1"
            if not base.execute(f"DELETE FROM answers WHERE key = ({oldest})").changed:  # noqa: S608  our own words
                return


def open_cache() -> AnswerCache:
    """Return the cache of the user, whose file may be missing; ConfigError without a place."""
    folder = paths.cache_folder()
    if folder is None:
        raise ConfigError("there is no home folder, and so no cache", hint=paths.HINT)
    return AnswerCache(folder / _NAME)


def _is_fresh(stored: float, age: timedelta | None) -> bool:
    """Return whether something is not too old; what comes from the future never is."""
    return age is None or 0 <= time.time() - stored <= age.total_seconds()


def _time_of(stored: float | None) -> str | None:
    return None if stored is None else timestamp(datetime.fromtimestamp(stored, UTC))
