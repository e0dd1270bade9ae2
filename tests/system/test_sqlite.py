"""A small file of ours in SQLite: made once, of one version, and left alone by any other."""

import os
import stat
from pathlib import Path

import pytest

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
