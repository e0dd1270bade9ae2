"""A small SQLite file of ours, which other processes use at the same time."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from ollama_cli.errors import ConfigError
from ollama_cli.system.missing import NO_ROOM, ROOM_HINT

if TYPE_CHECKING:
    from sqlite3 import Connection

# Other processes lock the file for milliseconds; nothing waits longer than this, in seconds.
_PATIENCE: Final = 5.0
_PAUSE: Final = 0.01
_LOCKED: Final = "locked"
_LEDGER: Final = (
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
    "temp_store = MEMORY",  # what is sorted leaves no file behind
)
_IN_WAL: Final = "wal"
# What helps a ledger that is not damaged, by SQLite's primary codes.
CURES: Final = {
    5: "another program is using it: try again",
    6: "another program is using it: try again",
    8: "let it be written to: look at the rights of the file and its folder",
    10: "look at the disk that it is on",
    13: ROOM_HINT,
    14: "look at the rights of the file and its folder",
}
_FULL: Final = 13
_BARRED: Final = 14
_PRIMARY: Final = 0xFF
_DAMAGE: Final = {11, 26}  # malformed; no database at all
_DISK: Final = {10, 13}  # it fails to read or write; it is full
_OLDEST: Final = (3, 37)  # the first with STRICT tables
_OTHER: Final = "use a Python with a newer SQLite, which has FTS5"


class Form(NamedTuple):
    """The form of a file: its `name`, and what makes each of its `versions` of the one before.

    `hint` says what to do if it cannot be used; of a ledger, if it is damaged. A ledger must not
    lose what was written, nor keep what was deleted: it has an `application` number, a write-ahead
    log, and a connection that stays open. `needs` asks a newer one which release of ours it is for.
    """

    name: str
    versions: Sequence[Sequence[str]]
    hint: str
    is_ledger: bool = False
    application: int = 0
    needs: str = ""


class Done(NamedTuple):
    """What a statement did: the rows it found, how many it changed, the last new one's number."""

    rows: list[Any]
    changed: int
    last: int


class Transaction:
    """One transaction; whatever the library raises of a damaged file is a ConfigError."""

    def __init__(self, store: "Store", connection: "Connection") -> None:
        self._store = store
        self.connection = connection

    def execute(self, statement: str, values: Sequence[object] = ()) -> Done:
        """Execute a statement and read all its rows."""
        with self._store.failures():
            cursor = self.connection.execute(statement, values)
            return Done(cursor.fetchall(), cursor.rowcount, cursor.lastrowid or 0)

    def number(self, pragma: str) -> int:
        """Return the number that a pragma tells."""
        ((value,),) = self.execute(f"PRAGMA {pragma}").rows
        return int(value)


class Store:
    """One SQLite file of a form.

    Every method raises ConfigError with the form's hint if the file cannot be used. A file of a
    newer version, or of somebody else, is left as it is, an older one of ours brought up to date.
    """

    def __init__(self, path: Path, form: Form) -> None:
        self.path = path
        self._form = form
        self._kept: tuple[Connection, tuple[int, int]] | None = None

    @property
    def exists(self) -> bool:
        """Return whether the file exists."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            self._bar(error)
        return True

    def create(self) -> None:
        """Make an empty file for its owner alone; SQLite gives its journal the same rights.

        One that is there is not opened: to close it again would take the locks of this process on
        it away, and with them what keeps others from its log.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self.exists:
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            self._bar(error)

    @contextmanager
    def reading(self) -> Iterator[Transaction | None]:
        """Open a transaction that sees one state of the file; None if the file is still empty."""
        with self._connected() as base:
            base.execute("BEGIN")
            version = self._version(base)
            if 0 < version < len(self._form.versions):
                base.execute("COMMIT")
                self._bring_up_to_date(base)
                base.execute("BEGIN")
            yield base if version else None
            base.execute("COMMIT")

    @contextmanager
    def writing(self, *, is_synced: bool = True) -> Iterator[Transaction]:
        """Open a transaction that excludes other writers; make the tables if they are missing.

        One that is not `is_synced` survives the end of this process, but not of the machine.
        """
        with self._connected() as base:
            if not is_synced:
                base.execute("PRAGMA synchronous = NORMAL")
            base.execute("BEGIN IMMEDIATE")
            if self._version(base) < len(self._form.versions):
                base.execute("COMMIT")
                self._bring_up_to_date(base)
                base.execute("BEGIN IMMEDIATE")
            yield base
            base.execute("COMMIT")
            if not is_synced:
                base.execute("PRAGMA synchronous = FULL")

    def compact(self, *, patience: float | None = None) -> bool:
        """Write the file anew, without what was deleted: `secure_delete` alone leaves copies.

        Return False if another process was still reading the log after `patience` seconds: what was
        deleted may be in it, or in the file.
        """
        with self._connected() as base:
            base.execute("PRAGMA temp_store = FILE")  # it holds only what is kept
            if patience is not None:
                base.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
            base.execute("VACUUM")
            ((is_busy, _, _),) = base.execute("PRAGMA wal_checkpoint(TRUNCATE)").rows
        self.close()  # and so the settings of this connection
        return not is_busy

    @property
    def size(self) -> int:
        """Return the bytes that the file and its log take."""
        found = 0
        for path in (self.path, self._log):
            # The last process to leave takes the log along.
            with suppress(FileNotFoundError, NotADirectoryError):
                found += path.stat().st_size
        return found

    def remove(self) -> None:
        """Remove the file, with its log: for one that is damaged, as nobody can use it."""
        self.close()
        try:
            for ending in ("", "-wal", "-shm"):
                self.path.with_name(f"{self.path.name}{ending}").unlink(missing_ok=True)
        except OSError as error:
            self._bar(error)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        kept, self._kept = self._kept, None
        if kept:
            with self.failures():
                kept[0].close()

    def refuse(
        self, reason: str, cause: Exception | None = None, *, hint: str | None = None
    ) -> NoReturn:
        """Raise ConfigError: the file cannot be used; the `hint` is the form's unless given."""
        raise ConfigError(
            f"cannot use the {self._form.name} {self.path}",
            reason=reason,
            hint=hint or self._form.hint,
        ) from cause

    def _bar(self, error: OSError) -> NoReturn:
        """Refuse the file for what the system says of its place: it is not damaged by that."""
        cure = CURES[_FULL if error.errno in NO_ROOM else _BARRED]
        reason = error.strerror or str(error)
        self.refuse(reason, error, hint=cure if self._form.is_ledger else None)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Refuse the file for whatever the library raises in the block."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  a damaged file makes it raise UnicodeDecodeError, OverflowError, …
            text = " ".join(str(error).split())
            code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
            cure = _OTHER if "no such module" in text else CURES.get(code)
            cure = cure if self._form.is_ledger else None
            self.refuse(text or type(error).__name__, error, hint=cure)

    @contextmanager
    def _connected(self) -> Iterator[Transaction]:
        """Open the file; the connection of a ledger outlives the block, unless that fails."""
        connection, place = self._reused() or self._opened()
        self._kept = None
        is_done = False
        try:
            base = Transaction(self, connection)
            yield base
            is_done = self._form.is_ledger
        finally:
            if is_done:
                self._kept = connection, place
            else:
                with self.failures():
                    connection.close()

    def _reused(self) -> "tuple[Connection, tuple[int, int]] | None":
        """Return the open connection if the file is still the one in its place."""
        if self._kept and self._kept[1] != _identity(self.path):
            self.close()
        return self._kept

    def _opened(self) -> "tuple[Connection, tuple[int, int]]":
        try:  # the Python of some systems lacks it
            import sqlite3  # noqa: PLC0415  most commands need none: 4 ms
        except ImportError as error:
            self.refuse("this Python has no sqlite3", error)
        if self._form.is_ledger and sqlite3.sqlite_version_info < _OLDEST:
            reason = f"this Python's SQLite {sqlite3.sqlite_version} is older than 3.37"
            self.refuse(reason, hint=_OTHER)
        is_fixed = self._form.is_ledger and self._is_fixed
        address = f"{self.path.absolute().as_uri()}?{'immutable=1' if is_fixed else 'mode=rw'}"
        with self.failures():
            connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
        connection.row_factory = sqlite3.Row
        if self._form.is_ledger:
            try:
                self._prepare(Transaction(self, connection), is_fixed=is_fixed)
            except BaseException:
                connection.close()
                raise
        return connection, _identity(self.path)

    @property
    def _is_fixed(self) -> bool:
        """Return whether the file can only be read, and nobody has it open to write.

        SQLite cannot read it then unless it is told so: it would write to the folder for that.
        """
        may_write = os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        return not may_write and not self._log.exists()

    def _prepare(self, base: Transaction, *, is_fixed: bool) -> None:
        for pragma in _LEDGER:
            base.execute(f"PRAGMA {pragma}")
        maker = base.number("application_id")  # before anything is written to what may not be ours
        if maker not in {0, self._form.application} or (not maker and base.number("user_version")):
            self.refuse(f"it is no {self._kind} of ollama-cli", hint="move it away")
        self._version(base)
        end = time.monotonic() + _PATIENCE
        while not is_fixed and not self._has_log(base):
            if time.monotonic() > end:
                self.refuse("another process is making it", hint=CURES[5])
            time.sleep(_PAUSE)

    def _has_log(self, base: Transaction) -> bool:
        """Give the file its write-ahead log, for good; False while another process is doing that.

        SQLite does not wait here for the lock of the other one.
        """
        if base.execute("PRAGMA journal_mode").rows[0][0] == _IN_WAL:
            return True
        try:
            base.execute(f"PRAGMA journal_mode = {_IN_WAL}")
        except ConfigError as error:
            if _LOCKED in error.reason:
                return False
            raise
        return True

    @property
    def _log(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    @property
    def _kind(self) -> str:
        return self._form.name.split()[0]

    def _version(self, base: Transaction) -> int:
        """Return the version of the file, 0 if it is empty; refuse what is newer, or not ours."""
        version, known = base.number("user_version"), len(self._form.versions)
        if version == known:
            return version
        if version == 0:
            ((tables,),) = base.execute("SELECT count(*) FROM sqlite_master").rows
            if not tables:
                return 0
        if version > known and self._form.needs:
            ((needed,),) = base.execute(self._form.needs).rows
            reason = f"it is of version {version}, and needs ollama-cli {needed} or newer"
            self.refuse(reason, hint="update ollama-cli")
        if not 0 < version < known:
            self.refuse(f"it is no {self._kind} of version {known}, but of {version}")
        return version

    def _bring_up_to_date(self, base: Transaction) -> None:
        """Make the missing versions, each in a transaction of its own."""
        for number, statements in enumerate(self._form.versions, start=1):
            base.execute("BEGIN IMMEDIATE")
            if self._version(base) < number:  # another process may have done it
                if self._form.application:
                    base.execute(f"PRAGMA application_id = {self._form.application}")
                for statement in statements:
                    base.execute(statement)
                base.execute(f"PRAGMA user_version = {number}")
            base.execute("COMMIT")


def is_damage(error: ConfigError) -> bool:
    """Return whether a file was refused because it is damaged, or no SQLite file at all."""
    return _code(error) in _DAMAGE


def is_disk(error: ConfigError) -> bool:
    """Return whether the disk was what failed: it is full, say."""
    return _code(error) in _DISK


def _code(error: ConfigError) -> int:
    return int(getattr(error.__cause__, "sqlite_errorcode", 0)) & _PRIMARY


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from another one that was put into its place."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
