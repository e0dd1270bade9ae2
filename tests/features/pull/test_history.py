"""The history of pulls: one small file that no crash, no other process and no rubbish breaks."""

import os
import random
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.features.pull import history
from ollama_cli.features.pull.history import History, Pull, unfinished

HOST = "http://h:11434"
DONE = Pull("m", HOST, "2026-01-01T00:00:00.000Z", None, None, None, None, "success", None)
DEAD = replace(DONE, result="unfinished")
STOPPED = replace(DONE, result="interrupted")
BROKEN = replace(DONE, result="error", bytes=7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "er" / "history.sqlite3"


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        for statement in statements:
            base.execute(statement)


def test_a_pull_that_ended_is_told_whole(path: Path) -> None:
    past = History(path)
    number = past.begin("llama3.2", HOST)
    past.end(number, "error", seconds=1.23456, fetched=99, restarts=2, error="cut")
    (pull,) = past.pulls()
    assert pull.started_at <= (pull.ended_at or "")
    assert pull.started_at[10:11] + pull.started_at[-1:] == "TZ"
    assert replace(pull, started_at="", ended_at=None) == Pull(
        "llama3.2", HOST, "", None, 1.235, 99, 2, "error", "cut"
    )


def test_the_newest_stands_first(path: Path) -> None:
    past = History(path)
    for name in ("one", "two", "three"):
        past.end(past.begin(name, HOST), "success", seconds=0, fetched=0, restarts=0)
    assert [pull.model for pull in past.pulls()] == ["three", "two", "one"]


def test_there_is_no_file_until_a_pull_begins(path: Path) -> None:
    assert History(path).pulls() == []
    assert History(path).clear() == 0
    assert not path.parent.exists()


def test_a_pull_without_an_end_runs_while_its_process_lives(path: Path) -> None:
    past = History(path)
    past.begin("m", HOST)
    assert past.pulls()[0].result == "running"
    execute(path, "UPDATE pulls SET pid = 4194304, born = '1'")  # no system counts so far
    assert past.pulls()[0].result == "unfinished"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the kernel as Linux tells")
def test_a_process_that_took_over_the_number_is_another_one(path: Path) -> None:
    past = History(path)
    past.begin("m", HOST)
    execute(path, "UPDATE pulls SET born = '1'")
    assert past.pulls()[0].result == "unfinished"


@pytest.mark.skipif(os.name != "posix", reason="asks by a signal")
def test_where_births_are_unknown_a_process_of_the_number_counts(path: Path) -> None:
    past = History(path)
    past.begin("mine", HOST)
    past.begin("gone", HOST)
    past.begin("of another user", HOST)
    execute(
        path,
        "UPDATE pulls SET born = ''",
        "UPDATE pulls SET pid = 4194304 WHERE model = 'gone'",
        "UPDATE pulls SET pid = 1 WHERE model = 'of another user'",
    )
    assert [pull.result for pull in past.pulls()] == ["running", "unfinished", "running"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_it_is_for_its_owner_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        History(path).begin("m", HOST)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_file_names_its_version(path: Path) -> None:
    History(path).begin("m", HOST)
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (1,)


def test_only_the_last_pulls_are_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_PULLS", 3)
    for name in "abcde":
        History(path).begin(name, HOST)
    assert [pull.model for pull in History(path).pulls()] == ["e", "d", "c"]


def test_what_is_cleared_is_gone_from_the_disk_too(path: Path) -> None:
    past = History(path)
    for number in range(200):
        past.begin(f"secret-model-{number}", HOST)
    assert b"secret-model" in path.read_bytes()
    assert past.clear() == 200
    assert past.pulls() == []
    assert b"secret-model" not in path.read_bytes()


def test_a_pull_that_was_cleared_while_it_ran_takes_no_other_ones_place(path: Path) -> None:
    past = History(path)
    old = past.begin("old", HOST)
    past.clear()
    past.begin("new", HOST)
    past.end(old, "success", seconds=1, fetched=1, restarts=0)
    (pull,) = past.pulls()
    assert (pull.model, pull.result) == ("new", "running")


def test_names_and_numbers_that_no_database_takes_are_made_to_fit(path: Path) -> None:
    past = History(path)
    number = past.begin("http://me:secret@h/a/\udcff", HOST)
    past.end(number, "error", seconds=0, fetched=2**80, restarts=0, error="\ud800")
    (pull,) = past.pulls()
    assert (pull.model, pull.error) == ("http://***@h/a/?", "?")
    assert pull.bytes == 2**63 - 1


def test_many_writers_at_once_lose_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ollama_cli.system.sqlite._PATIENCE", 30.0
    )  # they wait for one another, on any disk
    begun = threading.Barrier(8)

    def write(name: str) -> None:
        begun.wait()
        for _ in range(5):
            past = History(path)
            past.end(past.begin(name, HOST), "success", seconds=0, fetched=0, restarts=0)

    threads = [threading.Thread(target=write, args=(f"m{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pulls = History(path).pulls()
    assert len(pulls) == 40
    assert {pull.result for pull in pulls} == {"success"}


@pytest.mark.parametrize("rubbish", [b"xy", b"no database\n" * 1000, b"SQLite format 3\0" * 99])
def test_what_is_no_database_is_left_as_it_is(path: Path, rubbish: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(rubbish)
    for use in (History(path).pulls, History(path).clear, lambda: History(path).begin("m", HOST)):
        with pytest.raises(ConfigError, match=r"cannot use the history of pulls .*: file is not a"):
            use()
    assert path.read_bytes() == rubbish


def test_a_damaged_database_is_left_as_it_is(path: Path) -> None:
    for _ in range(300):
        History(path).begin("m" * 100, HOST)
    whole = path.read_bytes()
    damaged = whole[:4096] + b"\xff" * (len(whole) - 4096)
    path.write_bytes(damaged)
    with pytest.raises(ConfigError, match="malformed"):
        History(path).pulls()
    with pytest.raises(ConfigError, match="malformed"):
        History(path).begin("m", HOST)
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 2", "CREATE TABLE other (x)"])
def test_a_database_of_somebody_else_is_left_as_it_is(path: Path, statement: str) -> None:
    path.parent.mkdir(parents=True)
    execute(path, statement)
    before = path.read_bytes()
    for use in (History(path).pulls, lambda: History(path).begin("m", HOST)):
        with pytest.raises(ConfigError, match="it is no history of version 1"):
            use()
    assert path.read_bytes() == before


def test_a_file_that_another_process_holds_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ollama_cli.system.sqlite._PATIENCE", 0.01)
    past = History(path)
    number = past.begin("m", HOST)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ConfigError, match="database is locked"):
            past.end(number, "success", seconds=0, fetched=0, restarts=0)
    assert past.pulls()[0].result == "running"


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot use the history"):
        History(path).begin("m", HOST)
    with pytest.raises(ConfigError, match="unable to open"):
        History(path).pulls()


def test_a_python_without_sqlite_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    with pytest.raises(ConfigError, match="this Python has no sqlite3"):
        History(path).begin("m", HOST)


@pytest.mark.parametrize(
    ("pulls", "left"),
    [
        ([], []),
        ([DONE], []),
        ([DEAD, DONE], [DEAD]),
        ([DONE, DEAD], []),
        ([replace(DONE, model="library/M:latest"), DEAD], []),
        ([replace(DONE, model="m:7b"), DEAD], [DEAD]),
        ([replace(DONE, host="http://other:1"), DEAD], [DEAD]),
        ([replace(DONE, result="error"), replace(DONE, result="running"), DEAD], [DEAD]),
        ([STOPPED, BROKEN, DEAD], [STOPPED, BROKEN, DEAD]),
        ([DONE, STOPPED, BROKEN], []),
    ],
)
def test_an_unfinished_pull_is_made_good_by_a_later_one(
    pulls: list[Pull], left: list[Pull]
) -> None:
    assert unfinished(pulls) == left


def test_no_damage_raises_anything_but_a_config_error(path: Path) -> None:
    past = History(path)
    for number in range(20):
        past.end(past.begin(f"m{number}", HOST), "success", seconds=1, fetched=2, restarts=0)
    whole = path.read_bytes()
    words = (b"pulls", b"model", b"CREATE", b"success", b"http", b"TEXT")
    refused = 0
    for seed in range(80):
        draw = random.Random(seed)
        data = bytearray(whole)
        if seed % 4 == 0:
            del data[draw.randrange(len(data)) :]
        elif seed % 4 == 1:
            for _ in range(20):
                data[draw.randrange(len(data))] = draw.randrange(256)
        else:
            data[max(0, data.find(draw.choice(words), draw.randrange(len(data))))] = 0xFF
        path.write_bytes(data)
        for work in (
            past.pulls,
            lambda: past.begin("m", HOST),
            lambda: past.end(1, "error", seconds=0, fetched=0, restarts=0),
            past.clear,
        ):
            try:
                work()
            except ConfigError:
                refused += 1
    assert refused > 40


@pytest.mark.parametrize(
    "change",
    [
        "started_at = 'yesterday'", "ended_at = '2026-01-01'", "seconds = -1", "seconds = 9e999",
        "bytes = -1", "restarts = -1", "result = 'bogus'", "pid = -1", "restarts = 1.5",
    ],
)  # fmt: skip
def test_a_row_that_was_not_written_here_is_damage(path: Path, change: str) -> None:
    past = History(path)
    past.end(past.begin("m", HOST), "success", seconds=1, fetched=2, restarts=0)
    execute(path, f"UPDATE pulls SET {change}")  # noqa: S608  the tests' own words
    with pytest.raises(ConfigError, match="it is damaged"):
        past.pulls()
