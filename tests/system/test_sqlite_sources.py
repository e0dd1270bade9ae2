"""Databases of other programs are read as they are, and so left, with all that lies beside them."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.system import sqlite_sources


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "source" / "a.db"


@pytest.fixture
def base(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        yield opened


def begin(base: sqlite3.Connection, mode: str) -> None:
    base.execute(f"PRAGMA journal_mode = {mode}")
    base.execute("CREATE TABLE t (x)")
    base.execute("INSERT INTO t VALUES ('one')")


def read(path: Path, statement: str = "SELECT x FROM t") -> list[Any]:
    with sqlite_sources.reading(path) as source:
        return [row[0] for row in source.rows(statement)]


def state(path: Path) -> dict[str, bytes]:
    """All that lies in the folder; the index of a log is everybody's."""
    files = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    return {name: b"" if name.endswith("-shm") else data for name, data in files.items()}


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_one_that_nobody_uses(base: sqlite3.Connection, path: Path, mode: str) -> None:
    begin(base, mode)
    base.close()
    before = state(path)
    assert list(before) == ["a.db"]
    assert read(path) == ["one"]
    assert state(path) == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_one_that_its_program_uses(base: sqlite3.Connection, path: Path, mode: str) -> None:
    """What stands in the log alone is read, too; and the program goes on writing."""
    begin(base, mode)
    before = state(path)
    with sqlite_sources.reading(path) as source:
        rows = source.rows("SELECT x FROM t")
        assert next(rows)[0] == "one"
        if mode == "wal":
            base.execute("INSERT INTO t VALUES ('two')")
        assert list(rows) == []
    if mode == "wal":
        assert read(path) == ["one", "two"]
    else:
        assert state(path) == before


def test_one_whose_program_died(base: sqlite3.Connection, path: Path, tmp_path: Path) -> None:
    """Its log is there, and the index of that is not: a copy is read."""
    begin(base, "wal")
    left = tmp_path / "left" / "a.db"
    left.parent.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(path.with_name(f"a.db{ending}"), left.with_name(f"a.db{ending}"))
    before = state(left)
    assert read(left) == ["one"]
    assert state(left) == before


def test_one_that_was_left_in_the_middle_of_a_write(
    base: sqlite3.Connection, path: Path, tmp_path: Path
) -> None:
    begin(base, "delete")
    base.execute("PRAGMA cache_size = 1")
    base.execute("BEGIN")
    base.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(5000)])
    left = tmp_path / "left" / "a.db"
    left.parent.mkdir()
    for ending in ("", "-journal"):
        shutil.copy(path.with_name(f"a.db{ending}"), left.with_name(f"a.db{ending}"))
    base.execute("ROLLBACK")
    before = state(left)
    assert read(left) == ["one"]
    assert state(left) == before


def test_one_whose_first_page_is_odd(base: sqlite3.Connection, path: Path) -> None:
    """Its mode is what is read of it: nothing is made beside it whatever else stands there."""
    begin(base, "wal")
    base.close()
    data = bytearray(path.read_bytes())
    data[18] = 7
    path.write_bytes(data)
    assert read(path) == ["one"]
    assert [each.name for each in path.parent.iterdir()] == ["a.db"]


def test_a_link_to_it(base: sqlite3.Connection, path: Path, tmp_path: Path) -> None:
    begin(base, "wal")
    link = tmp_path / "link.db"
    link.symlink_to(path)
    assert read(link) == ["one"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.db", "source"]


def test_one_that_changes_meanwhile(base: sqlite3.Connection, path: Path) -> None:
    begin(base, "wal")
    base.close()
    with (
        pytest.raises(UsageError, match="was changed while it was read"),
        sqlite_sources.reading(path),
    ):
        os.utime(path, (1, 1))


def test_nothing_can_be_written_to_it(base: sqlite3.Connection, path: Path) -> None:
    begin(base, "delete")
    for statement in ("DELETE FROM t", "CREATE TABLE u (x)", "PRAGMA user_version = 7"):
        with pytest.raises(UsageError, match=r"cannot read .*a\.db: attempt to write"):
            read(path, statement)


def test_only_tables_are_told(base: sqlite3.Connection, path: Path) -> None:
    begin(base, "delete")
    base.execute("CREATE VIEW v AS SELECT 1 x")
    base.execute("CREATE VIRTUAL TABLE f USING fts5 (x)")
    base.execute("CREATE TABLE g (a, b AS (a + 1), c AS (a) STORED)")
    with sqlite_sources.reading(path) as source:
        assert source.tables["t"] == {"x"}
        assert source.tables["g"] == {"a"}
        assert {"v", "f"} & source.tables.keys() == set()


def test_what_never_ends_ends(
    base: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_sources, "_MOST_CALLS", 1)
    begin(base, "delete")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with pytest.raises(UsageError, match="a row takes too long to find"):
        read(path, f"{endless} WHERE i < 0")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is no SQLite file"),
        (b"hello", "it is no SQLite file"),
        (sqlite_sources.MAGIC, "file is not a database"),
        (sqlite_sources.MAGIC + b"\x10\0\1\1\0\x40\x20\x20" + b"\xff" * 4096, ""),
    ],
)
def test_what_is_no_database(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=f"cannot read .*x.db: {reason}"):
        read(path)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        read(tmp_path / "x.db")
    with pytest.raises(UsageError, match="Is a directory"):
        read(tmp_path)
    assert list(tmp_path.iterdir()) == []
