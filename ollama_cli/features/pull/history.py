"""What was pulled, when, and how it ended: one small SQLite file.

A pull is written down when it begins and again when it ends, each in a transaction of its own;
between the two nothing is locked. A row without an end is a pull that runs, or whose process died.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from ollama_cli.system.sqlite import Store
from ollama_cli.types.model_names import shortest
from ollama_cli.types.secrets import redact

Result = Literal["success", "error", "interrupted"]
RUNNING: Final = "running"
UNFINISHED: Final = "unfinished"
KEPT: Final = 10_000
_VERSION: Final = 1
_HINT: Final = "move it away, or keep none: `ollama-cli config set history false`"
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
        self._store = Store(
            path, name="history of pulls", version=_VERSION, schema=_SCHEMA, hint=_HINT
        )

    def begin(self, model: str, host: str) -> int:
        """Write down that a pull begins, and forget the oldest; return its number."""
        pid = os.getpid()
        row = (_storable(model), _storable(host), _now(), pid, _born(pid))
        self._store.create()
        with self._store.writing() as base:
            cursor = base.execute(
                "INSERT INTO pulls (model, host, started_at, pid, born) VALUES (?, ?, ?, ?, ?)", row
            )
            number = int(cursor.lastrowid or 0)
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
        with self._store.writing() as base:
            base.execute(
                "UPDATE pulls SET ended_at = ?, seconds = ?, bytes = ?, restarts = ?, result = ?,"
                " error = ? WHERE id = ?",
                (*ended, number),
            )

    def pulls(self) -> list[Pull]:
        """List the pulls, the newest first."""
        if not self._store.exists:
            return []
        with self._store.reading() as base:
            if base is None:
                return []
            rows = base.execute("SELECT * FROM pulls ORDER BY id DESC").fetchall()
            if not all(map(_is_sound, rows)):
                self._store.refuse("it is damaged")
            return [_pull(row) for row in rows]

    def clear(self) -> int:
        """Forget all pulls, also on the disk; return how many there were."""
        if not self._store.exists:
            return 0
        with self._store.writing() as base:
            count: int = base.execute("DELETE FROM pulls").rowcount
        self._store.compact()
        return count


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
