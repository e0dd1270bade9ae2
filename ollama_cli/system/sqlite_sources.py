"""SQLite files of other programs: read, and left as they are, with all files beside them."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ollama_cli.errors import UsageError
from ollama_cli.system.missing import no_such_file

if TYPE_CHECKING:
    from sqlite3 import Connection

MAGIC: Final = b"SQLite format 3\0"
_PATIENCE: Final = 5.0
_LARGEST_VALUE: Final = 128 << 20
# A file may hold what never ends. No row of ours needs this many steps: a few seconds of them.
_STEPS: Final = 1_000_000
_MOST_CALLS: Final = 300
_IMMUTABLE: Final = "&immutable=1"
_READ_VERSION: Final = 19
_IN_WAL: Final = 2


class Source:
    """A database that is only read; UsageError, naming the file, for whatever it raises.

    Only its tables are read: what the file computes itself (views, virtual tables) is as if it
    were missing.
    """

    def __init__(self, path: Path, connection: "Connection") -> None:
        self._path = path
        self._connection = connection
        self._calls = 0
        connection.set_progress_handler(self._is_lost, _STEPS)
        self.tables: Final = self._tables()

    def rows(self, statement: str, values: Sequence[object] = ()) -> Iterator[Any]:
        """Yield the rows that a statement finds, one by one; their values are named."""
        self._calls = 0
        with self._failures():
            cursor = self._connection.execute(statement, values)
        while True:
            with self._failures():
                row = cursor.fetchone()
            if row is None:
                return
            yield row
            self._calls = 0

    def refuse(
        self, reason: str, cause: Exception | None = None, *, hint: str | None = None
    ) -> NoReturn:
        """Raise UsageError: the file cannot be read."""
        raise UsageError(f"cannot read {self._path}", reason=reason, hint=hint) from cause

    def _tables(self) -> dict[str, frozenset[str]]:
        """Return the names of the tables, with those of their columns."""
        names = [
            row[0]
            for row in self.rows(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND sql LIKE 'CREATE TABLE%' AND rootpage > 0"
            )
            if isinstance(row[0], str)
        ]
        return {
            name: frozenset(
                row[0]
                for row in self.rows(
                    "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", [name]
                )
            )
            for name in names
        }

    def _is_lost(self) -> bool:
        self._calls += 1
        return self._calls > _MOST_CALLS

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  a damaged file makes it raise all kinds
            text = " ".join(str(error).split()) or type(error).__name__
            lost = "a row takes too long to find"
            self.refuse(lost if self._calls > _MOST_CALLS else text, error)


@contextmanager
def reading(path: Path) -> Iterator[Source]:
    """Open a database of another program, which may use it at the same time; change nothing.

    NotFoundError if there is none, UsageError if it cannot be read.
    """
    import sqlite3  # noqa: PLC0415  most commands need none: 4 ms

    with ExitStack() as stack:
        with _reasons(path):
            address = _address(path.resolve(), stack)
            before = path.stat()
            connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
        stack.callback(connection.close)
        with _reasons(path):
            connection.row_factory = sqlite3.Row
            connection.text_factory = _text
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
            for guard in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
                connection.execute(f"PRAGMA {guard}")
            connection.execute("BEGIN")
        yield Source(path, connection)
        if address.endswith(_IMMUTABLE) and _has_changed(path, before):
            raise UsageError(f"{path} was changed while it was read", hint="run it again")


def _address(path: Path, stack: ExitStack) -> str:
    """Return the address by which SQLite opens the file without writing beside it.

    A file in WAL mode that nobody has open is all that there is: `immutable` keeps SQLite from
    making the two others. With a journal that nobody works on, a copy is read.
    """
    with path.open("rb") as file:
        head = file.read(_READ_VERSION + 1)
    if not head.startswith(MAGIC):
        raise UsageError(f"cannot read {path}", reason="it is no SQLite file")
    wal, shared, journal = (_beside(path, each) for each in ("-wal", "-shm", "-journal"))
    if (_is_filled(wal) and not shared.exists()) or _is_filled(journal):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ollama-cli-")))
        for place in filter(Path.exists, (path, wal, journal)):
            shutil.copyfile(place, folder / place.name)
        return (folder / path.name).as_uri()
    is_alone = head[_READ_VERSION:] == bytes([_IN_WAL]) and not shared.exists()
    return f"{path.as_uri()}?mode=ro{_IMMUTABLE if is_alone else ''}"


def _has_changed(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_mtime_ns, now.st_size, now.st_ino) != (
        before.st_mtime_ns,
        before.st_size,
        before.st_ino,
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _is_filled(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    import sqlite3  # noqa: PLC0415  most commands need none: 4 ms

    try:
        yield
    except FileNotFoundError as error:
        raise no_such_file(str(path)) from error
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise UsageError(f"cannot read {path}", reason=reason) from error
