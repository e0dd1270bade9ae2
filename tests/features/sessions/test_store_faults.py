"""The store of sessions in trouble: killed writers, crowds, full disks, damaged files."""

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from shell import environment
from talks import answer, ask, begin, exchange, execute

from ollama_cli.errors import ConfigError, NotFoundError
from ollama_cli.features.sessions import listing, removal, search
from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message

TESTS = Path(__file__).parents[2]
# Writes exchanges with drafts, and tells each number once it was acknowledged.
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from talks import answer, ask, begin
from ollama_cli.features.sessions.store import SessionStore
store = SessionStore(Path(sys.argv[2]))
session, head = begin(store, title=sys.argv[3]), None
for number in range(int(sys.argv[4])):
    asked = ask(store, session, f"question {number}", head)
    sys.stdout.write(f"{asked}\\n"); sys.stdout.flush()
    store.draft(session, asked, "half an answer " * number, "")
    head = answer(store, session, f"answer {number}", asked)
    sys.stdout.write(f"{head}\\n"); sys.stdout.flush()
"""


def writer(path: Path, title: str, exchanges: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", WRITER, str(TESTS), str(path), title, str(exchanges)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, env=environment(), bufsize=0)


def acknowledged(output: bytes) -> set[int]:
    whole = output[: output.rfind(b"\n") + 1]  # a number may be cut
    return {int(line) for line in whole.split()}


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_loses_nothing_that_was_acknowledged(path: Path, seed: int) -> None:
    draw = random.Random(seed)
    process = writer(path, "killed", 10_000)
    assert process.stdout
    output = b""
    while output.count(b"\n") < draw.randrange(2, 30):
        output += process.stdout.read(draw.randrange(1, 8))
    process.kill()
    output += process.stdout.read()
    process.wait()
    process.stdout.close()
    with closing(SessionStore(path)) as store:
        session = store.find("killed")
        messages = store.messages(session.id)
        assert acknowledged(output) <= {each.id for each in messages}
        assert len(messages) <= len(acknowledged(output)) + 2
        assert {each.state for each in messages[:-1]} == {"done"}
        assert session.head in {each.id for each in messages}
        exchange(store, session.id, "and on", messages[-1].id)
    assert execute(path, "PRAGMA integrity_check") == [("ok",)]


def test_four_processes_begin_and_write_at_once(path: Path) -> None:
    processes = [writer(path, f"writer {number}", 5) for number in range(4)]
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    with closing(SessionStore(path)) as store:
        for number, output in enumerate(told):
            messages = store.messages(store.find(f"writer {number}").id)
            assert {each.id for each in messages} == acknowledged(output)
            assert [each.parent for each in messages] == [None, *[each.id for each in messages]][
                :10
            ]
    assert execute(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.skipif(os.name != "posix", reason="limits are those of Unix")
def test_a_full_disk_loses_nothing_that_was_acknowledged(path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000));"
        f"sys.argv = ['-c', {str(TESTS)!r}, {str(path)!r}, 'full', '10000'];"
        "exec(compile(sys.stdin.read(), 'writer', 'exec'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=WRITER.encode(),
        capture_output=True,
        env=environment(),
        check=False,
        timeout=60,
    )
    *_, last, hint = done.stderr.decode().splitlines()
    assert "ConfigError: cannot use the store of sessions" in last
    assert hint.startswith("hint: ")
    with closing(SessionStore(path)) as store:
        session = store.find("full")
        messages = store.messages(session.id)
        assert len(messages) > 10
        assert acknowledged(done.stdout) <= {each.id for each in messages}
        exchange(store, session.id, "and on", messages[-1].id)


def test_what_was_full_is_tried_again(store: SessionStore) -> None:
    session = begin(store)
    head = exchange(store, session, "one")
    with store.reading() as base:
        assert base
        base.execute("PRAGMA max_page_count = 1")  # as many as there are, at the least
    with pytest.raises(ConfigError, match="full") as failure:
        ask(store, session, "x" * 1_000_000, head)
    assert failure.value.hint == "make room on the disk that it is on"
    ask(store, session, "x" * 1_000_000, head)  # it was opened anew
    assert len(store.messages(session)) == 3


def test_a_locked_store_is_told_and_tried_again(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begin(store)
    head = exchange(store, session, "one")
    store.close()
    monkeypatch.setattr("ollama_cli.system.sqlite._PATIENCE", 0.01)
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConfigError, match="database is locked") as failure:
            ask(store, session, "two", head)
        assert failure.value.hint == "another program is using it: try again"
        assert len(store.messages(session)) == 2  # readers do not wait
        other.execute("COMMIT")
    ask(store, session, "two", head)


def uses(store: SessionStore, session: str) -> list[Callable[[], object]]:
    return [
        store.latest,
        lambda: store.find(session[:3]),
        lambda: store.messages(session),
        lambda: listing.sessions(store),
        lambda: search.search(store, search.parse("word")),
        lambda: store.questions(50),
        lambda: ask(store, session, "more"),
        lambda: store.draft(session, 1, "x", ""),
        lambda: answer(store, session, "x", 1),
        lambda: store.change(session, title="t"),
        lambda: store.set_state(1, "failed"),
        lambda: store.fork(session),
        lambda: begin(store),
        lambda: removal.remove(store, listing.sessions(store)[:1]),
    ]


def filled(path: Path) -> str:
    """Make a store of some pages; return the id of a session in it."""
    with closing(SessionStore(path)) as store:
        for _ in range(4):
            session = begin(store)
            chain = [Message("user", f"word {n} " * 90, options={"n": n}) for n in range(25)]
            store.append(session, chain, None, expected_head=None)
    return session


@pytest.mark.parametrize("rubbish", [b"xy", b"no database\n" * 1000, b"SQLite format 3\0" * 99])
def test_what_is_no_store_is_left_as_it_is(path: Path, rubbish: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(rubbish)
    with closing(SessionStore(path)) as store:
        for use in uses(store, "abcdef012345"):
            with pytest.raises(ConfigError, match="file is not a database"):
                use()
    assert path.read_bytes() == rubbish


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE mine (x)",),
        ("CREATE TABLE mine (x)", "PRAGMA user_version = 1"),
        ("CREATE TABLE mine (x)", "PRAGMA user_version = 9"),
        ("PRAGMA application_id = 77",),
        ("PRAGMA application_id = 77", "PRAGMA user_version = 1"),
    ],
)
def test_a_database_of_somebody_else_is_left_as_it_is(path: Path, statements: list[str]) -> None:
    path.parent.mkdir(parents=True)
    execute(path, *statements)
    before = path.read_bytes()
    with closing(SessionStore(path)) as store:
        for use in uses(store, "abcdef012345"):
            with pytest.raises(ConfigError, match="it is no store of") as failure:
                use()
            assert failure.value.hint
    assert path.read_bytes() == before


def test_no_damage_raises_anything_but_a_config_error_nor_empties_the_file(path: Path) -> None:
    session = filled(path)
    whole = path.read_bytes()
    pages = len(whole) // 4096
    refused = 0
    for seed in range(12):
        draw = random.Random(seed)
        data = bytearray(whole)
        for _ in range(draw.choice([1, 20])):
            start = 4096 * draw.randrange(1 if seed % 3 else 0, pages)
            data[start : start + 4096] = draw.choice([b"\0" * 4096, draw.randbytes(4096)])
        if seed % 4 == 3:
            del data[draw.randrange(4096, len(data)) :]
        path.write_bytes(data)
        with closing(SessionStore(path)) as store:
            for use in uses(store, session):
                try:
                    use()
                except ConfigError:
                    refused += 1
                except NotFoundError:  # what is left of it is told as it is
                    continue
        assert path.stat().st_size >= len(data)
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
    assert refused > 60


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE messages SET state = 'bogus'",
        "UPDATE messages SET options = '[]'",
        "UPDATE messages SET options = '{'",
        "UPDATE messages SET tool_calls = '{}'",
        "UPDATE messages SET timings = '{\"x\": 1}'",
        "UPDATE sessions SET options = 'null'",
        "UPDATE drafts SET options = 'null', pid = 4194304",
    ],
)
def test_a_row_that_was_not_written_here_is_damage(
    store: SessionStore, path: Path, change: str
) -> None:
    session = begin(store)
    store.draft(session, ask(store, session, "one"), "half", "")
    execute(path, change)
    with pytest.raises(ConfigError, match="it is damaged") as failure:
        store.fork(session)
    assert failure.value.hint == "salvage what can be read: `ollama-cli sessions repair`"


def test_what_cannot_be_erased_yet_says_why(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begin(store)
    exchange(store, session, "unmistakable")
    monkeypatch.setattr("ollama_cli.system.sqlite._PATIENCE", 0.01)
    with store.reading() as base:
        assert base
        base.connection.execute("PRAGMA busy_timeout = 10")
    path = store.database.path
    erase = store.erase

    def disturbed() -> bool:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            return erase()

    monkeypatch.setattr(store, "erase", disturbed)
    done = removal.remove(store, listing.sessions(store))
    assert (len(done.removed), done.pending) == (1, "database is locked")


def test_a_file_that_was_put_into_its_place_is_opened(store: SessionStore, tmp_path: Path) -> None:
    path = store.database.path
    session = begin(store, title="old")
    with closing(SessionStore(tmp_path / "other.db")) as other:
        begin(other, title="new")
    path.rename(path.with_name("aside.db"))
    for left in ("-wal", "-shm"):
        path.with_name(path.name + left).rename(path.with_name(f"aside.db{left}"))
    (tmp_path / "other.db").rename(path)
    assert store.find("new").title == "new"
    with closing(SessionStore(path.with_name("aside.db"))) as aside:
        assert aside.session(session).title == "old"


def test_an_exchange_is_two_commits_and_its_drafts(store: SessionStore) -> None:
    session = begin(store)
    told: list[str] = []
    with store.reading() as base:
        assert base
        base.connection.set_trace_callback(told.append)
    head = None
    for number in range(3):
        asked = ask(store, session, f"question {number}", head)
        for _ in range(4):
            store.draft(session, asked, "half", "")
        head = answer(store, session, "whole", asked)
    assert told.count("BEGIN IMMEDIATE") == 3 * (2 + 4)
    assert told.count("PRAGMA synchronous = NORMAL") == 3 * 4  # those of drafts


def test_an_interrupted_write_is_none(store: SessionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begin(store)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ollama_cli.features.sessions.titles.first_words", interrupt)
        with pytest.raises(KeyboardInterrupt):
            ask(store, session, "one")
    assert store.messages(session) == []
    ask(store, session, "two")
    assert [each.content for each in store.messages(session)] == ["two"]
