"""The answers that are kept: whole ones, for their owner alone, within bounds."""

import os
import resource
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.features.cache import store
from ollama_cli.features.cache.store import AnswerCache, Kept

LINES = b'{"response":"Yes"}\n{"response":"","done":true}\n'
KEPT = Kept(LINES, 4096)
PLACE = "ollama_cli.features.cache.store.paths.cache_folder"
HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "answers.db"


@pytest.fixture
def cache(path: Path) -> AnswerCache:
    return AnswerCache(path)


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def incompressible(size: int, seed: int = 0) -> bytes:
    return Random(seed).randbytes(size)


def is_in(path: Path, secret: bytes) -> bool:
    """Whether any part of it is there: pages break it up."""
    data = path.read_bytes()
    return any(secret[place : place + 50] in data for place in range(0, len(secret), 100))


def execute(path: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute(statement, values)


def clock(monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    monkeypatch.setattr("ollama_cli.features.cache.store.time.time", lambda: now)


def test_what_was_put_is_got_back(cache: AnswerCache) -> None:
    assert cache.get(key(1)) is None
    cache.put({key(1): KEPT, key(2): Kept(b"", None)})
    assert cache.get(key(1)) == KEPT
    assert cache.get(key(2)) == Kept(b"", None)
    assert cache.get(key(3)) is None
    cache.put({key(1): Kept(b"new", None)})
    assert cache.get(key(1)) == Kept(b"new", None)


def test_there_is_no_file_until_something_is_kept(cache: AnswerCache, path: Path) -> None:
    assert cache.get(key(1)) is None
    cache.drop(key(1))
    cache.put({})
    assert cache.info() == store.Info(str(path), 0, 0, store.MOST_BYTES, None, None)
    assert cache.clear() == (0, 0, True)
    assert not path.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="rights are those of Unix")
def test_it_is_for_its_owner_alone(cache: AnswerCache, path: Path) -> None:
    cache.put({key(1): KEPT})
    names = {each.name for each in path.parent.iterdir()}
    assert "answers.db-wal" in names
    for each in (path.parent, *path.parent.iterdir()):
        assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0


def test_what_is_too_old_is_not_given(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 1_000_000.0)
    cache.put({key(1): KEPT})
    for seconds, found in ((0, KEPT), (3600, KEPT), (3601, None), (-1, None)):
        clock(monkeypatch, 1_000_000.0 + seconds)
        assert cache.get(key(1), HOUR) == found
        assert cache.get(key(1)) == KEPT
    cache.put({key(1): KEPT})  # a new answer is new
    assert cache.get(key(1), HOUR) == KEPT


def test_what_was_used_longest_ago_makes_room(path: Path) -> None:
    cache = AnswerCache(path, most=1_000_000)
    for number in range(6):
        cache.put({key(number): Kept(incompressible(100_000, number), None)})
    assert cache.get(key(0)) is not None  # used anew: 1 is the oldest now
    for number in range(6, 11):
        cache.put({key(number): Kept(incompressible(100_000, number), None)})
        assert path.stat().st_size <= 1_000_000
    left = [number for number in range(11) if cache.get(key(number))]
    assert left[0] == 0
    assert left[1:] == list(range(left[1], 11))
    assert len(left) >= 7


def test_the_order_of_use_needs_no_clock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = AnswerCache(path, most=500_000)
    for number in range(20):
        clock(monkeypatch, 1_000_000.0 - number)  # it is set back all the time
        cache.put({key(number): Kept(incompressible(40_000, number), None)})
    left = [number for number in range(20) if cache.get(key(number))]
    assert left == list(range(left[0], 20))
    assert len(left) > 5


def test_what_is_too_large_pushes_nothing_out(path: Path) -> None:
    cache = AnswerCache(path, most=1_000_000)
    cache.put({key(1): KEPT})
    cache.put({key(2): Kept(incompressible(200_000), None)})
    assert cache.get(key(1)) == KEPT
    assert cache.get(key(2)) is None
    cache.put({key(2): Kept(b"a" * 2_000_000, None)})  # its size is that in the file
    assert cache.get(key(2)) is not None


def test_nothing_that_was_removed_is_left_in_the_file(cache: AnswerCache, path: Path) -> None:
    secret = incompressible(50_000)
    cache.put({key(1): Kept(secret, None), key(2): KEPT})
    cache.close()
    assert is_in(path, secret)
    found = cache.clear()
    assert (found.removed, found.whole) == (2, True)
    assert found.bytes > 40_000
    cache.close()
    assert [each.name for each in path.parent.iterdir()] == ["answers.db"]
    assert not is_in(path, secret)
    assert cache.info().answers == 0


def test_only_what_is_older_is_removed(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        clock(monkeypatch, 3600.0 * number)
        cache.put({key(number): KEPT})
    assert cache.clear(HOUR).removed == 1
    found = cache.info()
    assert (found.answers, found.oldest, found.newest) == (
        2,
        "1970-01-01T01:00:00.000Z",
        "1970-01-01T02:00:00.000Z",
    )
    assert found.bytes > 0
    assert cache.clear(timedelta(0)).removed == 1
    assert cache.clear(timedelta.max).removed == 0


def test_what_reads_meanwhile_is_told(
    cache: AnswerCache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.01)
    cache.put({key(1): KEPT})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM answers").fetchall()
        assert cache.clear()[::2] == (1, False)
    assert cache.get(key(1)) is None


def no_database(path: Path) -> None:
    path.write_bytes(b"rubbish" * 1000)


def half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // 4096 * 4096])


def other_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = incompressible(len(data) - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [no_database, half, other_pages])
def test_a_damaged_file_is_told_and_can_be_cleared(
    cache: AnswerCache, path: Path, damage: Callable[[Path], None]
) -> None:
    cache.put({key(n): Kept(incompressible(10_000, n), None) for n in range(20)})
    cache.close()
    damage(path)
    with pytest.raises(ConfigError, match="cannot use the cache of answers") as caught:
        [cache.get(key(number)) for number in range(20)]
    assert caught.value.hint == "empty it: `ollama-cli cache clear`"
    assert cache.clear().bytes >= 0
    assert cache.get(key(1)) is None
    cache.put({key(1): KEPT})
    assert cache.get(key(1)) == KEPT


def test_a_full_disk_is_no_reason_to_keep_what_fills_it(cache: AnswerCache, path: Path) -> None:
    cache.put({key(1): KEPT})
    cache.close()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(ConfigError):
            cache.clear(HOUR)
        assert path.exists()
        cleared = cache.clear()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (cleared.bytes > 0, cleared.whole, path.exists()) == (True, True, False)


def test_a_damaged_answer_is_replaced_by_the_next_one(cache: AnswerCache, path: Path) -> None:
    cache.put({key(1): KEPT})
    execute(path, "UPDATE answers SET lines = ?", b"rubbish")
    with pytest.raises(ConfigError):
        cache.get(key(1))
    cache.put({key(1): KEPT})
    assert cache.get(key(1)) == KEPT


def test_times_that_are_none_are_damage(cache: AnswerCache, path: Path) -> None:
    cache.put({key(1): KEPT})
    execute(path, "UPDATE answers SET stored = 1e300")
    with pytest.raises(ConfigError):
        cache.info()


def test_the_file_of_a_newer_version_is_left_alone(cache: AnswerCache, path: Path) -> None:
    cache.put({key(1): KEPT})
    cache.close()
    execute(path, "PRAGMA user_version = 2")
    before = path.read_bytes()
    for use in (lambda: cache.get(key(1)), lambda: cache.put({key(1): KEPT}), cache.clear):
        with pytest.raises(ConfigError, match="it is no cache of version 1, but of 2"):
            use()
    cache.close()
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_can_only_be_read_gives_answers(cache: AnswerCache, path: Path) -> None:
    cache.put({key(1): KEPT})
    cache.close()
    path.parent.chmod(0o500)
    path.chmod(0o400)
    try:
        assert AnswerCache(path).get(key(1)) == KEPT
    finally:
        path.parent.chmod(0o700)


def test_the_place_is_that_of_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(PLACE, lambda: tmp_path)
    assert store.open_cache().info().path == str(tmp_path / "answers.db")
    monkeypatch.setattr(PLACE, lambda: None)
    with pytest.raises(ConfigError, match="no home folder, and so no cache"):
        store.open_cache()
