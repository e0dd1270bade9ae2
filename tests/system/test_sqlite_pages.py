"""Rows are found on the pages of a file, without SQLite: the same that it finds in a whole one."""

import errno
import io
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ollama_cli.system.sqlite_pages import Pages

WIDTH = 5


@pytest.fixture
def base(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def fill(base: sqlite3.Connection, rows: int = 300) -> None:
    """Values of all kinds and sizes, and rows that go over many pages."""
    chance = random.Random(5)
    base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d)")
    base.execute("CREATE TABLE w (a, b, c, d, e, PRIMARY KEY (a, b)) WITHOUT ROWID")
    base.execute("BEGIN")
    numbers = [0, 1, -1, 127, -129, 2**15, 2**23 - 1, -(2**31), 2**40, 2**62, -(2**63)]
    for number in range(1, rows):
        text = "é" * chance.choice([0, 1, 60, 2000, 20_000])
        data = chance.randbytes(chance.choice([0, 3, 4050, 9000]))
        values = (chance.choice(numbers), text, data, chance.choice([None, 1.5, -1e300]))
        base.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", (number**3, *values))
        base.execute("INSERT INTO w VALUES (?, ?, ?, ?, ?)", (number, text[:99], *values[1:]))
    base.execute("COMMIT")


def found(path: Path) -> tuple[list[Any], list[Any]]:
    with Pages(path) as pages:
        rows = [row for row in pages.rows() if len(row.values) == WIDTH]
        assert all(pages.row(row.place) == row for row in rows)
    numbered = [(row.number, *row.values[1:]) for row in rows if row.number is not None]
    return sorted(numbered), sorted(row.values for row in rows if row.number is None)


def told(base: sqlite3.Connection) -> tuple[list[Any], list[Any]]:
    queries = ("SELECT * FROM t ORDER BY id", "SELECT * FROM w ORDER BY a")
    first, second = (base.execute(query).fetchall() for query in queries)
    return first, second


@pytest.mark.parametrize("size", [512, 4096, 65536])
def test_all_rows_of_a_whole_file(base: sqlite3.Connection, tmp_path: Path, size: int) -> None:
    base.execute(f"PRAGMA page_size = {size}")
    base.execute("PRAGMA auto_vacuum = INCREMENTAL")
    fill(base)
    assert found(tmp_path / "a.db") == told(base)


def test_what_stands_in_the_log_alone(base: sqlite3.Connection, tmp_path: Path) -> None:
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA wal_autocheckpoint = 0")
    fill(base)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.execute("UPDATE t SET b = 'changed' WHERE id > 1000")
    base.execute("DELETE FROM w WHERE a % 2")
    copy = tmp_path / "copy.db"  # a log is known by its database's name
    for ending in ("", "-wal"):
        shutil.copy(tmp_path / f"a.db{ending}", tmp_path / f"copy.db{ending}")
    assert found(copy) == told(base)
    log = tmp_path / "copy.db-wal"
    data = log.read_bytes()
    log.write_bytes(data[:-1])  # the last commit is not whole: it never was
    first, second = found(copy)
    assert len(second) == len(told(base)[0])
    assert {row[2] for row in first} & {"changed"}
    log.write_bytes(b"no log")
    assert {row[2] for row in found(copy)[0]} & {"changed"} == set()


def test_what_was_deleted_is_not_found(base: sqlite3.Connection, tmp_path: Path) -> None:
    base.execute("PRAGMA secure_delete = ON")
    fill(base)
    base.execute("DELETE FROM t WHERE id % 3")
    base.execute("DELETE FROM w")
    assert found(tmp_path / "a.db") == told(base)


def test_rows_whose_root_is_lost(base: sqlite3.Connection, tmp_path: Path) -> None:
    fill(base)
    ((root,),) = base.execute("SELECT rootpage FROM sqlite_master WHERE name = 't'").fetchall()
    rows = told(base)[0]
    base.close()
    path = tmp_path / "a.db"
    data = bytearray(path.read_bytes())
    data[:4096] = data[(root - 1) * 4096 : root * 4096] = bytes(4096)
    path.write_bytes(data)
    assert found(path)[0] == rows


def test_a_file_whose_bytes_were_changed_at_random(
    base: sqlite3.Connection, tmp_path: Path
) -> None:
    fill(base, rows=60)
    base.close()
    good = (tmp_path / "a.db").read_bytes()
    chance, path = random.Random(7), tmp_path / "b.db"
    for _ in range(40):
        data = bytearray(good[: chance.choice([len(good), chance.randrange(len(good))])])
        for _ in range(chance.choice([1, 50, 5000])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        with Pages(path) as pages:
            assert sum(1 for _ in pages.rows()) < 1000


def test_pages_that_the_disk_does_not_give(base: sqlite3.Connection, tmp_path: Path) -> None:
    fill(base)
    base.close()
    path = tmp_path / "a.db"
    with Pages(path) as pages:
        whole = sum(1 for _ in pages.rows())

    class Disk(io.FileIO):
        def read(self, size: int | None = -1) -> Any:
            if self.tell() // 4096 % 7 == 5:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    with Pages(path) as pages, Disk(path) as disk, mock.patch.object(pages, "_file", disk):
        assert whole // 3 < sum(1 for _ in pages.rows()) < whole


@pytest.mark.parametrize("data", [b"", b"text\n" * 5000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_what_is_no_database(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(data)
    with Pages(path) as pages:
        assert list(pages.rows()) == []
