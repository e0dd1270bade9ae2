"""A small SQLite file of ours, which other processes use at the same time."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from ollama_cli.errors import ConfigError

if TYPE_CHECKING:
    from sqlite3 import Connection

# Other processes lock the file for milliseconds; no write waits longer than this.
_PATIENCE: Final = 2.0


class Done(NamedTuple):
    """What a statement did: the rows it found, how many it changed, the last new one's number."""

    rows: list[Any]
    changed: int
    last: int


class Transaction:
    """One transaction; whatever the library raises of a damaged file is a ConfigError."""

    def __init__(self, store: "Store", connection: "Connection") -> None:
        self._store = store
        self._connection = connection

    def execute(self, statement: str, values: Sequence[object] = ()) -> Done:
        """Execute a statement and read all its rows."""
        with self._store.failures():
            cursor = self._connection.execute(statement, values)
            return Done(cursor.fetchall(), cursor.rowcount, cursor.lastrowid or 0)


class Store:
    """One SQLite file: `schema` makes its tables, in this `version`; `name` says what it holds.

    Every method raises ConfigError with `hint` if the file cannot be used; a file of another
    version is left as it is.
    """

    def __init__(self, path: Path, *, name: str, version: int, schema: str, hint: str) -> None:
        self._path = path
        self._name = name
        self._version = version
        self._schema = schema
        self._hint = hint

    @property
    def exists(self) -> bool:
        """Return whether the file exists."""
        try:
            self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            self.refuse(error.strerror or str(error), error)
        return True

    def create(self) -> None:
        """Make an empty file for its owner alone; SQLite gives its journal the same rights."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            self.refuse(error.strerror or str(error), error)

    @contextmanager
    def reading(self) -> Iterator[Transaction | None]:
        """Open a transaction that sees one state of the file; None if the file is still empty."""
        with self._connected() as base:
            base.execute("BEGIN")
            yield None if self._is_new(base) else base

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Open a transaction that excludes other writers; make the tables if they are missing."""
        with self._connected() as base:
            base.execute("BEGIN IMMEDIATE")
            if self._is_new(base):
                base.execute(self._schema)
                base.execute(f"PRAGMA user_version = {self._version}")
            yield base
            base.execute("COMMIT")

    def compact(self) -> None:
        """Remove deleted data from the disk, too."""
        with self._connected() as base:
            base.execute("VACUUM")

    def refuse(self, reason: str, cause: Exception | None = None) -> NoReturn:
        """Raise ConfigError: the file cannot be used."""
        raise ConfigError(
            f"cannot use the {self._name} {self._path}", reason=reason, hint=self._hint
        ) from cause

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Refuse the file for whatever the library raises in the block."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  a damaged file makes it raise UnicodeDecodeError, OverflowError, …
            text = " ".join(str(error).split())
            self.refuse(text or type(error).__name__, error)

    @contextmanager
    def _connected(self) -> Iterator[Transaction]:
        try:  # the Python of some systems lacks it
            import sqlite3  # noqa: PLC0415  most commands need none: 4 ms
        except ImportError as error:
            self.refuse("this Python has no sqlite3", error)
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        with self.failures():
            connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            yield Transaction(self, connection)
        finally:
            with self.failures():
                connection.close()

    def _is_new(self, base: Transaction) -> bool:
        ((version,),) = base.execute("PRAGMA user_version").rows
        ((tables,),) = base.execute("SELECT count(*) FROM sqlite_master").rows
        if version != self._version and (version or tables):
            kind = self._name.split()[0]
            self.refuse(f"it is no {kind} of version {self._version}, but of {version}")
        return not tables
