"""A damaged store: what can be read goes into a new one, and the old one is kept to the byte."""

import hashlib
import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from rounds import rounds
from talks import execute

from ollama_cli.errors import ConfigError
from ollama_cli.features.sessions import repair as repair_module, salvage, schema
from ollama_cli.features.sessions.repair import Repaired, repair
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.system import sqlite
from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.sessions import Attachment, Message, Session

TIME = "2026-11-29T10:00:00.000Z"
PICTURE = random.Random(1).randbytes(6000)
SHA = hashlib.sha256(PICTURE).hexdigest()
PAGE = 4096
ONE, TWO = "0123456789ab", "ba9876543210"


def messages(count: int) -> list[Message]:
    """A talk with a picture, and every tenth question asked again."""
    picture = Attachment(SHA, "a.png", "image/png", len(PICTURE))
    first = Message("user", "look", created_at=TIME, id=1, attachments=(picture,))
    return [first, *(said(number) for number in range(2, count + 1))]


def said(number: int) -> Message:
    return Message(
        "assistant" if number % 2 == 0 else "user",
        f"word{number} " + "lorem ipsum dolor " * 20,
        thinking="hm",
        state="interrupted" if number % 7 == 0 else "done",
        options={"seed": number},
        usage=Usage(number, None),
        timings=Timings(total=0.5),
        tool_calls=({"name": "add"},),
        created_at=TIME,
        id=number,
        parent=number - 3 if number % 10 == 4 else number - 1,
    )


@pytest.fixture
def path(tmp_path: Path, template: bytes) -> Path:
    place = tmp_path / "data" / "sessions.db"
    place.parent.mkdir()
    place.write_bytes(template)
    return place


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store of two sessions, of about 400 pages; made once."""
    place = tmp_path_factory.mktemp("template") / "sessions.db"
    with closing(SessionStore(place)) as store:
        session = Session(ONE, "One", TIME, TIME, head=700, model="m", options={"a": 1})
        store.add(session, messages(700), {SHA: PICTURE})
        store.add(replace(session, id=TWO, title="Two", head=None, forked_from=ONE), [], {})
        with store.database.writing() as base:
            base.execute("UPDATE sessions SET source = 'llm', source_id = '7' WHERE title = 'Two'")
    return place.read_bytes()


def done(path: Path) -> Repaired:
    with closing(SessionStore(path)) as store:
        found = repair(store)
        assert found is not None
        assert repair(store) is None
    return found


def all_of(path: Path) -> tuple[Session, list[Message]]:
    with closing(SessionStore(path)) as store:
        return store.session(ONE), store.messages(ONE)


def refused(path: Path) -> ConfigError:
    before = path.read_bytes()
    with closing(SessionStore(path)) as store, pytest.raises(ConfigError) as caught:
        repair(store)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    return caught.value


def overwrite(path: Path, *pages: int) -> None:
    chance = random.Random(4)
    with path.open("r+b") as file:
        for page in pages:
            file.seek(PAGE * page)
            file.write(chance.randbytes(PAGE))


def test_a_whole_one_stays_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    with closing(SessionStore(path)) as store:
        assert repair(store) is None
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["sessions.db"]


def test_there_is_none(tmp_path: Path) -> None:
    assert repair(SessionStore(tmp_path / "no" / "sessions.db")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", rounds(2, 6))
def test_20_random_pages_overwritten(path: Path, seed: int) -> None:
    whole, count = messages(700), path.stat().st_size // PAGE
    overwrite(path, *random.Random(seed).sample(range(count), 20))
    damaged = path.read_bytes()
    found = done(path)
    assert found.kept.read_bytes() == damaged
    assert found.kept.name.startswith("sessions.db.damaged-20")
    assert path.stat().st_mode & 0o777 == 0o600
    _, left = all_of(path)
    assert len(left) == found.messages >= 500
    assert 0 < found.lost <= 700 - found.messages
    by_id: dict[int | None, Message] = {each.id: each for each in whole}
    kept = {each.id for each in left}
    right = 0
    for each in left:
        original = by_id[each.id]
        assert replace(each, parent=original.parent, attachments=original.attachments) == original
        nearest = original.parent
        while nearest is not None and nearest not in kept:
            nearest = by_id[nearest].parent
        right += each.parent == nearest
    assert right > 0.95 * len(left)  # of a few, nothing is left that tells what was before them
    assert execute(path, "SELECT count(*) FROM search WHERE search MATCH 'word*'") == [
        (sum("word" in each.content for each in left),)
    ]


def test_the_first_page_and_the_roots_of_all_tables(path: Path) -> None:
    roots = execute(path, "SELECT rootpage FROM sqlite_master WHERE rootpage > 0")
    heads = execute(path, "SELECT head, title, source, source_id FROM sessions ORDER BY id")
    leaves = {"sessions", "attachments", "blobs"}  # these are so small that their root is all
    kept = execute(
        path,
        "SELECT rootpage FROM sqlite_master WHERE name IN ('sessions', 'attachments', 'blobs')",
    )
    assert len(kept) == len(leaves)
    overwrite(path, 0, *(root - 1 for (root,) in roots if (root,) not in kept))
    found = done(path)
    assert (found.sessions, found.messages, found.lost) == (2, 700, 0)
    session, left = all_of(path)
    assert left == messages(700)
    assert (session.head, session.options, session.model) == (700, {"a": 1}, "m")
    query = "SELECT head, title, source, source_id FROM sessions ORDER BY id"
    assert execute(path, query) == heads
    with closing(SessionStore(path)) as store:
        assert store.blob(SHA) == PICTURE


def test_a_session_whose_row_is_lost_comes_back_by_its_messages(path: Path) -> None:
    ((root,),) = execute(path, "SELECT rootpage FROM sqlite_master WHERE name = 'sessions'")
    overwrite(path, root - 1)
    found = done(path)
    assert (found.sessions, found.messages) == (1, 700)
    session, _ = all_of(path)
    assert (session.title, session.head, session.created_at) == ("look", 700, TIME)


def test_a_truncated_file(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 + 1234])
    found = done(path)
    assert 0 < found.messages < 700
    assert found.kept.read_bytes() == data[: len(data) // 2 + 1234]


@pytest.mark.parametrize(
    "data", [b"a text\n" * 2000, b"\0" * 9000, b"a word", b"SQLite format 3\0"]
)
def test_something_else_in_its_place(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    found = done(path)
    assert (found.sessions, found.messages, found.lost) == (0, 0, 0)
    assert found.kept.read_bytes() == data
    with closing(SessionStore(path)) as store:
        store.begin(title="new")


def test_a_second_repair_keeps_both_old_files(path: Path) -> None:
    kept = []
    for text in (b"one" * 9, b"two" * 9):
        path.write_bytes(text)
        kept.append(done(path).kept)
    assert [each.read_bytes() for each in kept] == [b"one" * 9, b"two" * 9]
    assert kept[1].name == f"{kept[0].name}-2"


def test_a_row_that_was_not_written_here(path: Path) -> None:
    """SQLite finds nothing wrong with it."""
    execute(path, "UPDATE messages SET options = '[' WHERE id = 5")
    found = done(path)
    assert (found.messages, found.lost) == (700, 0)
    assert all_of(path)[1][4].options == {}


def test_what_stands_in_the_log_is_kept_and_read(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("UPDATE sessions SET title = 'In the log' WHERE title = 'One'")
        overwrite(path, 20, 21, 22)
        left = {name: path.with_name(f"sessions.db{name}").read_bytes() for name in ("", "-wal")}
    with closing(sqlite3.connect(path)) as other:
        other.close()
    for name, data in left.items():
        path.with_name(f"sessions.db{name}").write_bytes(data)
    found = done(path)
    assert all_of(path)[0].title == "In the log"
    assert found.kept.exists()


def test_a_draft_stays_one(path: Path) -> None:
    with closing(SessionStore(path)) as store:
        store.draft(ONE, 700, "so far", "hm")
    execute(path, "UPDATE messages SET options = '[' WHERE id = 5")
    done(path)
    assert execute(path, "SELECT parent, session, content, thinking FROM drafts") == [
        (700, ONE, "so far", "hm")
    ]


def test_a_newer_one_is_left_alone(path: Path) -> None:
    execute(path, "PRAGMA user_version = 99")
    assert "version" in refused(path).message


def test_that_of_another_program_is_left_alone(path: Path) -> None:
    path.unlink()
    execute(path, "CREATE TABLE bookmarks (x)", "PRAGMA application_id = 7")
    assert "it is no store of ollama-cli" in refused(path).message


def test_one_that_is_locked_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_PATIENCE", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA locking_mode = EXCLUSIVE")
        writer.execute("BEGIN EXCLUSIVE")
        with closing(SessionStore(path)) as store, pytest.raises(ConfigError, match="locked"):
            repair(store)
    assert [each.name for each in path.parent.iterdir()] == ["sessions.db"]


def test_one_that_is_in_use_all_the_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overwrite(path, 20, 21, 22)
    rebuild: Callable[[Path, Path], Repaired] = repair_module._rebuild

    def meanwhile(place: Path, new: Path) -> Repaired:
        made = rebuild(place, new)
        with place.open("ab") as file:
            file.write(b"\0" * PAGE)
        return made

    monkeypatch.setattr(repair_module, "_rebuild", meanwhile)
    with closing(SessionStore(path)) as store, pytest.raises(ConfigError, match="is writing to it"):
        repair(store)
    assert [each.name for each in path.parent.iterdir()] == ["sessions.db"]


def test_a_disk_without_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(os, "link", refuse)
    path.write_bytes(b"text")
    assert done(path).kept.read_bytes() == b"text"


def test_the_columns_are_those_of_the_tables(path: Path) -> None:
    for table, columns in salvage.COLUMNS.items():
        query = f"SELECT name FROM pragma_table_info('{table}') ORDER BY cid"  # noqa: S608  our own
        found = execute(path, query)
        assert [name for (name,) in found] == list(columns)
    assert len(schema.VERSIONS) == 1  # a new one must say here how the rows of the old ones look


def test_a_damaged_store_says_what_to_do(path: Path) -> None:
    overwrite(path, *range(1, 60))
    with closing(SessionStore(path)) as store, pytest.raises(ConfigError) as caught:
        store.messages(ONE)
    assert caught.value.exit_code == 10
    assert "ollama-cli sessions repair" in (caught.value.hint or "")
