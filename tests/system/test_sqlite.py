"""A small file of ours in SQLite: made once, of one version, and left alone by any other."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from shell import python

from ollama_cli.errors import ConfigError
from ollama_cli.system.sqlite import Form, Store

SCHEMA = "CREATE TABLE words (word TEXT)"


def store(path: Path, *, version: int = 1, schema: str = SCHEMA) -> Store:
    return Store(path, Form("list of words", [[schema], *[[]] * (version - 1)], "move it away"))


def words(of: Store) -> list[str] | None:
    with of.reading() as base:
        return (
            None
            if base is None
            else [row["word"] for row in base.execute("SELECT * FROM words").rows]
        )


def write(to: Store, word: str) -> None:
    with to.writing() as base:
        base.execute("INSERT INTO words VALUES (?)", (word,))


def fail_half_way(to: Store) -> None:
    with to.writing() as base:
        base.execute("INSERT INTO words VALUES ('b')")
        raise ZeroDivisionError


def test_it_is_made_when_something_is_written(tmp_path: Path) -> None:
    one = store(tmp_path / "new" / "words.sqlite3")
    assert not one.exists
    one.create()
    assert one.exists
    assert words(one) is None
    write(one, "a")
    write(one, "b")
    assert words(one) == ["a", "b"]


@pytest.mark.skipif(os.name == "nt", reason="rights are those of Unix")
def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    one = store(tmp_path / "new" / "words.sqlite3")
    one.create()
    write(one, "a")
    for path in (tmp_path / "new", *(tmp_path / "new").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_what_fails_half_way_is_not_written(tmp_path: Path) -> None:
    one = store(tmp_path / "words.sqlite3")
    one.create()
    write(one, "a")
    with pytest.raises(ZeroDivisionError):
        fail_half_way(one)
    assert words(one) == ["a"]


def test_a_file_of_another_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "words.sqlite3"
    newer = store(path, version=2)
    newer.create()
    write(newer, "a")
    before = path.read_bytes()
    older = store(path)
    with pytest.raises(ConfigError) as failure:
        write(older, "b")
    assert failure.value.message == (
        f"cannot use the list of words {path}: it is no list of version 1, but of 2"
    )
    assert failure.value.hint == "move it away"
    assert path.read_bytes() == before


def test_what_is_no_database_is_an_error_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "words.sqlite3"
    path.write_text("rubbish" * 100)
    with pytest.raises(ConfigError, match="cannot use the list of words"):
        words(store(path))
    with pytest.raises(ConfigError, match="cannot use the list of words"):
        store(tmp_path / "none.sqlite3").compact()


def test_what_is_deleted_is_gone_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "words.sqlite3"
    one = store(path)
    one.create()
    write(one, "unmistakable")
    with one.writing() as base:
        base.execute("DELETE FROM words")
    one.compact()
    assert b"unmistakable" not in path.read_bytes()


FIRST = ["CREATE TABLE words (word TEXT)", "CREATE TABLE releases (version, first)"]
SECOND = [
    "ALTER TABLE words ADD COLUMN length INTEGER",
    "UPDATE words SET length = length(word)",
    "INSERT INTO releases VALUES (2, '0.9.0')",
]
THIRD = ["CREATE TABLE lost (x)", "INSERT INTO nowhere VALUES (1)"]


def ledger(path: Path, *versions: list[str]) -> Store:
    needs = "SELECT first FROM releases ORDER BY version DESC LIMIT 1"
    form = Form("list of words", versions, "repair it", is_ledger=True, application=7, needs=needs)
    return Store(path, form)


def lengths(of: Store) -> list[int]:
    with of.reading() as base:
        assert base
        return [row["length"] for row in base.execute("SELECT length FROM words").rows]


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as base:
        ((number,),) = base.execute("PRAGMA user_version").fetchall()
        return int(number)


def old(path: Path) -> Path:
    one = ledger(path, FIRST)
    one.create()
    write(one, "abc")
    one.close()
    return path


def test_an_older_file_is_brought_up_to_date_where_it_is_read(tmp_path: Path) -> None:
    path = old(tmp_path / "words.db")
    with closing(ledger(path, FIRST, SECOND)) as newer:
        assert lengths(newer) == [3]
        assert lengths(newer) == [3]
    assert version(path) == 2


def test_an_older_file_is_brought_up_to_date_where_it_is_written(tmp_path: Path) -> None:
    path = old(tmp_path / "words.db")
    with closing(ledger(path, FIRST, SECOND)) as newer, newer.writing() as base:
        base.execute("INSERT INTO words VALUES ('de', 2)")
    with closing(ledger(path, FIRST, SECOND)) as newer:
        assert lengths(newer) == [3, 2]


def test_a_step_that_fails_is_not_done_and_those_before_it_are(tmp_path: Path) -> None:
    path = old(tmp_path / "words.db")
    with (
        closing(ledger(path, FIRST, SECOND, THIRD)) as broken,
        pytest.raises(ConfigError, match="no such table: nowhere"),
    ):
        lengths(broken)
    assert version(path) == 2
    with closing(ledger(path, FIRST, SECOND)) as newer:
        assert lengths(newer) == [3]
        with newer.reading() as base:
            assert base
            tables = base.execute("SELECT name FROM sqlite_master").rows
    assert "lost" not in {row["name"] for row in tables}


def test_an_open_file_that_becomes_newer_is_no_longer_written(tmp_path: Path) -> None:
    path = old(tmp_path / "words.db")
    with closing(ledger(path, FIRST)) as older, closing(ledger(path, FIRST, SECOND)) as newer:
        write(older, "d")
        assert lengths(newer) == [3, 1]
        with pytest.raises(ConfigError, match=r"needs ollama-cli 0\.9\.0 or newer") as failure:
            write(older, "e")
        assert failure.value.hint == "update ollama-cli"
        assert lengths(newer) == [3, 1]


def test_a_ledger_is_kept_open_with_a_log_that_reaches_the_disk(tmp_path: Path) -> None:
    with closing(ledger(old(tmp_path / "words.db"), FIRST)) as one:
        with one.reading() as base:
            assert base
            assert base.execute("PRAGMA journal_mode").rows[0][0] == "wal"
            assert [base.number(each) for each in ("synchronous", "secure_delete")] == [2, 1]
            assert [base.number(each) for each in ("foreign_keys", "application_id")] == [1, 7]
            first = base.connection
        with one.writing(is_synced=False) as base:
            assert base.number("synchronous") == 1
            assert base.connection is first
        with one.reading() as base:
            assert base
            assert base.number("synchronous") == 2


def test_a_ledger_that_cannot_be_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old(tmp_path / "words.db")
    monkeypatch.setattr("ollama_cli.system.sqlite.os.access", lambda *_: False)
    with closing(ledger(path, FIRST)) as one:
        assert words(one) == ["abc"]
        assert [each.name for each in tmp_path.iterdir()] == ["words.db"]
        with pytest.raises(ConfigError, match="readonly") as failure:
            write(one, "d")
    assert failure.value.hint == (
        "let it be written to: look at the rights of the file and its folder"
    )


def test_a_ledger_that_another_process_is_making_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ollama_cli.system.sqlite._PATIENCE", 0.05)
    one = ledger(tmp_path / "words.db", FIRST)
    one.create()
    for statements in (["BEGIN EXCLUSIVE"], ["BEGIN", "SELECT * FROM sqlite_master"]):
        with closing(sqlite3.connect(one.path, isolation_level=None)) as other:
            for statement in statements:
                other.execute(statement).fetchall()
            with pytest.raises(
                ConfigError, match=r"locked|another process is making it"
            ) as failure:
                write(one, "a")
            assert failure.value.hint == "another program is using it: try again"
    write(one, "a")
    assert words(one) == ["a"]
    one.close()


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    one = ledger(tmp_path / "file" / "words.db", FIRST)
    with pytest.raises(ConfigError, match=r"Not a directory|exists") as failure:
        one.create()
    assert failure.value.hint == "look at the rights of the file and its folder"
    assert not one.exists
    gone = ledger(old(tmp_path / "words.db"), FIRST)
    assert words(gone) == ["abc"]
    gone.path.unlink()
    with pytest.raises(ConfigError, match="unable to open") as failure:
        words(gone)
    assert failure.value.hint == "look at the rights of the file and its folder"


def test_an_sqlite_that_lacks_something_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ledger(tmp_path / "words.db", ["CREATE VIRTUAL TABLE words USING fts99 (word)"])
    one.create()
    with pytest.raises(ConfigError, match="no such module: fts99") as failure:
        write(one, "a")
    assert failure.value.hint == "use a Python with a newer SQLite, which has FTS5"
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ConfigError, match="is older than 3") as failure:
        write(one, "a")
    assert failure.value.hint == "use a Python with a newer SQLite, which has FTS5"


def test_what_is_made_again_while_it_is_open_stays_locked(tmp_path: Path) -> None:
    form = Form("list of words", [[SCHEMA]], "mend it", is_ledger=True, application=1)
    one = Store(tmp_path / "words.db", form)
    one.create()
    write(one, "a")
    one.create()  # to close any other descriptor of the file would take away its locks
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM words')"
    assert python(code, one.path).code == 0
    assert one.path.with_name("words.db-wal").exists()  # the last one to leave removes it
    write(one, "b")
    one.close()
    assert words(one) == ["a", "b"]


def test_a_log_that_goes_meanwhile_has_no_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = store(tmp_path / "words.db")
    assert one.size == 0
    one.create()
    write(one, "a")
    monkeypatch.setattr(Path, "exists", lambda _: True)  # a moment ago it was there
    assert one.size == one.path.stat().st_size > 0
