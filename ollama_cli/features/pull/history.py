"""What was pulled, when, and how it ended: one small SQLite file.

A pull is written down when it begins and again when it ends, each in a transaction of its own;
between the two nothing is locked. A row without an end is a pull that runs, or whose process died.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from ollama_cli.errors import ConfigError
from ollama_cli.types.model_names import shortest
from ollama_cli.types.urls import redact

Result = Literal["success", "error", "interrupted"]
RUNNING: Final = "running"
UNFINISHED: Final = "unfinished"
KEPT: Final = 10_000
_VERSION: Final = 1
# Others hold the file for milliseconds; a pull does not wait longer than this to be written down.
_PATIENCE: Final = 2.0
_LARGEST: Final = 2**63 - 1
_SCHEMA: Final = """
CREATE TABLE pulls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  host TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  seconds REAL,
  bytes INTEGER,
  restarts INTEGER,
  result TEXT,
  error TEXT,
  pid INTEGER NOT NULL,
  born TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull: `bytes` fetched by it, `result` success, error, interrupted, running, unfinished.

    What only its end tells is None while it runs, and for ever where its process died.
    """

    model: str
    host: str
    started_at: str
    ended_at: str | None
    seconds: float | None
    bytes: int | None
    restarts: int | None
    result: str
    error: str | None


class History:
    """The pulls of the past; every method raises ConfigError where the file cannot be used.

    A file that is not a history of this version is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, model: str, host: str) -> int:
        """Write down that a pull begins, and forget the oldest; return its number."""
        pid = os.getpid()
        row = (_storable(model), _storable(host), _now(), pid, _born(pid))
        self._create_file()
        with self._writing() as base:
            cursor = base.execute(
                "INSERT INTO pulls (model, host, started_at, pid, born) VALUES (?, ?, ?, ?, ?)", row
            )
            number: int = cursor.lastrowid
            base.execute("DELETE FROM pulls WHERE id <= ?", (number - KEPT,))
        return number

    def end(
        self,
        number: int,
        result: Result,
        *,
        seconds: float,
        fetched: int,
        restarts: int,
        error: str | None = None,
    ) -> None:
        """Write down how the pull of that number ended; one that was cleared stays away."""
        told = None if error is None else _storable(error)
        ended = (_now(), round(seconds, 3), min(fetched, _LARGEST), restarts, result, told)
        with self._writing() as base:
            base.execute(
                "UPDATE pulls SET ended_at = ?, seconds = ?, bytes = ?, restarts = ?, result = ?,"
                " error = ? WHERE id = ?",
                (*ended, number),
            )

    def pulls(self) -> list[Pull]:
        """List the pulls, the newest first."""
        if not self._exists():
            return []
        with self._connected() as base:
            base.execute("BEGIN")  # what follows sees one state of the file
            if self._is_new(base):
                return []
            rows = base.execute("SELECT * FROM pulls ORDER BY id DESC").fetchall()
            if not all(map(_is_sound, rows)):
                raise self._unusable("it is damaged")
            return [_pull(row) for row in rows]

    def clear(self) -> int:
        """Forget all pulls, also on the disk; return how many there were."""
        if not self._exists():
            return 0
        with self._writing() as base:
            count: int = base.execute("DELETE FROM pulls").rowcount
        with self._connected() as base:
            base.execute("VACUUM")
        return count

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """Open a transaction that nobody else writes in, with the table in its place."""
        with self._connected() as base:
            base.execute("BEGIN IMMEDIATE")
            if self._is_new(base):
                base.execute(_SCHEMA)
                base.execute(f"PRAGMA user_version = {_VERSION}")
            yield base
            base.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        # Loaded when it is needed; some systems leave it out of their Python.
        try:
            sqlite3 = import_module("sqlite3")
        except ImportError as error:
            raise self._unusable("this Python has no sqlite3") from error
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            with closing(
                sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
            ) as base:
                base.row_factory = sqlite3.Row
                yield base
        except sqlite3.Error as error:
            raise self._unusable(str(error)) from error

    def _is_new(self, base: Any) -> bool:
        ((version,),) = base.execute("PRAGMA user_version")
        ((tables,),) = base.execute("SELECT count(*) FROM sqlite_master")
        if version != _VERSION and (version or tables):
            raise self._unusable(f"it is no history of version {_VERSION}, but of {version}")
        return not tables

    def _exists(self) -> bool:
        try:
            self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        return True

    def _create_file(self) -> None:
        """Make an empty file for its owner alone; SQLite gives its journal the same rights."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _unusable(self, reason: str) -> ConfigError:
        return ConfigError(
            f"cannot use the history of pulls {self._path}: {reason}",
            hint="move it away, or keep none: `ollama-cli config set history false`",
        )


def unfinished(pulls: list[Pull]) -> list[Pull]:
    """Choose the pulls whose process died and that no later pull of the same model made good.

    `pulls` are all of them, the newest first.
    """
    done: set[tuple[str, str]] = set()
    left = []
    for pull in pulls:
        key = (pull.host, shortest(pull.model).lower())
        if pull.result == "success":
            done.add(key)
        elif pull.result == UNFINISHED and key not in done:
            left.append(pull)
    return left


def _is_sound(row: Any) -> bool:
    """Tell whether a row holds what it must: SQLite keeps anything in any column."""
    kinds = {**Pull.__annotations__, "result": str | None, "pid": int, "born": str}
    return all(n in row.keys() and isinstance(row[n], k) for n, k in kinds.items())  # noqa: SIM118  a row holds its values


def _pull(row: Mapping[str, Any]) -> Pull:
    told = {each.name: row[each.name] for each in fields(Pull)}
    if told["result"] is None:
        told["result"] = RUNNING if _is_running(row["pid"], row["born"]) else UNFINISHED
    return Pull(**told)


def _is_running(pid: int, born: str) -> bool:
    """Tell whether a process still lives; its birth tells it from a later one of the same number.

    Where neither can be asked it counts as gone.
    """
    if born:
        return _born(pid) == born
    if os.name != "posix":  # there this signal would end the process
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _born(pid: int) -> str:
    """Tell when a living process was born, in ticks of the machine; empty where that is unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    state, *rest = stat.rpartition(b")")[2].decode().split()
    return "" if state in "ZX" else rest[18]


def _storable(text: str) -> str:
    """Take out what is secret and what is no text."""
    return redact(text.encode("utf-8", "replace").decode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
