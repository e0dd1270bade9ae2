"""The history of pulls, with times and results: one small SQLite file.

The row of a pull is written when it begins and updated when it ends, in two transactions; nothing
is locked between them. A row without an end is a running pull, or one whose process died.
"""

import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ollama_cli.system.lives import Life
from ollama_cli.system.sqlite import Form, Store
from ollama_cli.types.model_names import shortest
from ollama_cli.types.secrets import redact
from ollama_cli.types.times import timestamp
from ollama_cli.types.values import dataclass

Result = Literal["success", "error", "interrupted"]
RUNNING: Final = "running"
UNFINISHED: Final = "unfinished"
MOST_PULLS: Final = 10_000
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
_FORM: Final = Form("history of pulls", [[_SCHEMA]], _HINT)


@dataclass(frozen=True)
class Pull:
    """One pull: `bytes` fetched by it, `result` success, error, interrupted, running, unfinished.

    A field that is known only at the end is None while the pull runs, or if its process died.
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
    """The past pulls; every method raises ConfigError if the file cannot be used.

    A file that is no history of this version is never changed.
    """

    def __init__(self, path: Path) -> None:
        self._store = Store(path, _FORM)

    def begin(self, model: str, host: str) -> int:
        """Add a pull that begins, and delete the oldest ones; return its number."""
        row = (_storable(model), _storable(host), timestamp(), *Life.own())
        self._store.create()
        with self._store.writing() as database:
            number = database.execute(
                "INSERT INTO pulls (model, host, started_at, pid, born) VALUES (?, ?, ?, ?, ?)", row
            ).last
            database.execute("DELETE FROM pulls WHERE id <= ?", (number - MOST_PULLS,))
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
        """Record how the pull of that number ended; a deleted one stays deleted."""
        text = None if error is None else _storable(error)
        changes = (timestamp(), round(seconds, 3), min(fetched, _LARGEST), restarts, result, text)
        with self._store.writing() as database:
            database.execute(
                "UPDATE pulls SET ended_at = ?, seconds = ?, bytes = ?, restarts = ?, result = ?,"
                " error = ? WHERE id = ?",
                (*changes, number),
            )

    def pulls(self) -> list[Pull]:
        """List the pulls, the newest first."""
        if not self._store.exists:
            return []
        with self._store.reading() as database:
            if database is None:
                return []
            rows = database.execute("SELECT * FROM pulls ORDER BY id DESC").rows
            if not all(map(_is_valid_row, rows)):
                self._store.refuse("it is damaged")
            return [_pull(row) for row in rows]

    def clear(self) -> int:
        """Delete all pulls, also from the disk; return their number."""
        if not self._store.exists:
            return 0
        with self._store.writing() as database:
            count = database.execute("DELETE FROM pulls").changed
        self._store.compact()
        return count


def unfinished(pulls: list[Pull]) -> list[Pull]:
    """Return the pulls that left a part behind, unless a later one of the same model succeeded.

    Their process died, they were interrupted, or they failed on the way. `pulls` are all of them,
    the newest first.
    """
    done: set[tuple[str, str]] = set()
    left = []
    for pull in pulls:
        key = (pull.host, shortest(pull.model).lower())
        if pull.result == "success":
            done.add(key)
        elif _is_partial(pull) and key not in done:
            left.append(pull)
    return left


def _is_partial(pull: Pull) -> bool:
    failed_on_the_way = pull.result == "error" and bool(pull.bytes)
    return failed_on_the_way or pull.result in {UNFINISHED, "interrupted"}


def _is_valid_row(row: Any) -> bool:
    """Return whether a row is one that was written here: SQLite does not check its types."""
    kinds = {**Pull.__annotations__, "result": str | None, "pid": int, "born": str}
    if not all(n in row.keys() and isinstance(row[n], k) for n, k in kinds.items()):  # noqa: SIM118  a row holds its values
        return False
    numbers = [row[name] or 0 for name in ("seconds", "bytes", "restarts", "pid")]
    times = [each for each in (row["started_at"], row["ended_at"]) if each is not None]
    return (
        all(0 <= number < math.inf for number in numbers)
        and all(map(_is_time, times))
        and row["result"] in {None, *get_args(Result)}
    )


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _pull(row: Mapping[str, Any]) -> Pull:
    values = {each.name: row[each.name] for each in fields(Pull)}
    if values["result"] is None:
        values["result"] = RUNNING if Life(row["pid"], row["born"]).is_running else UNFINISHED
    return Pull(**values)


def _storable(text: str) -> str:
    """Remove secrets, and replace what is no valid text."""
    return redact(text.encode("utf-8", "replace").decode())
