"""The names of models that are kept: private, bounded, and lost without harm."""

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from ollama_cli.features.servers import cache

HOST = "http://127.0.0.1:11434"


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def place(name: str = "models") -> Path:
    folder = cache.folder()
    assert folder is not None
    return folder.with_name(name)


def path_of_one() -> Path:
    [path] = place().iterdir()
    return path


def test_what_was_written_is_read_with_its_age() -> None:
    assert cache.read(HOST) is None
    cache.write(HOST, ["b:1", "a:2", "é\n\ud800"])
    kept = cache.read(HOST)
    assert kept is not None
    assert kept.names == ("b:1", "a:2", "é\n\ud800")
    assert kept.is_fresh
    cache.write(HOST, [])
    assert (kept := cache.read(HOST)) is not None
    assert kept.names == ()


@pytest.mark.parametrize(("age", "fresh"), [(290, True), (310, False), (-100, False)])
def test_names_are_fresh_for_five_minutes(age: int, fresh: bool) -> None:
    cache.write(HOST, ["a"])
    moment = time.time() - age
    os.utime(path_of_one(), (moment, moment))
    kept = cache.read(HOST)
    assert kept is not None
    assert kept.is_fresh is fresh


def test_only_the_owner_may_read_it_and_no_password_is_in_it() -> None:
    cache.write("http://me:secret@h:1/p", ["a"])
    path = path_of_one()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.name == "http%3A%2F%2Fh%3A1%2Fp.json"
    assert (kept := cache.read("http://h:1/p")) is not None
    assert kept.names == ("a",)
    assert cache.hosts() == ["http://h:1/p"]


def test_servers_are_kept_apart_and_forgotten_one_by_one() -> None:
    cache.write(HOST, ["a"])
    cache.write("http://h:1", ["b"])
    cache.forget(HOST)
    cache.forget(HOST)
    assert cache.read(HOST) is None
    assert cache.hosts() == ["http://h:1"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{}", b"[1]", b"null", b"\xff", b"[" * 100_000, b'["' + b"a" * (1 << 20) + b'"]'],
)
def test_what_cannot_be_read_counts_as_nothing(content: bytes) -> None:
    cache.write(HOST, ["a"])
    path_of_one().write_bytes(content)
    assert cache.read(HOST) is None
    cache.write(HOST, ["b"])
    assert (kept := cache.read(HOST)) is not None
    assert kept.names == ("b",)


def test_a_pipe_in_its_place_does_not_hang() -> None:
    cache.write(HOST, ["a"])
    path = path_of_one()
    path.unlink()
    os.mkfifo(path)
    assert cache.read(HOST) is None
    writing = threading.Thread(target=cache.write, args=(HOST, ["b"]), daemon=True)
    writing.start()
    writing.join(5)
    assert not writing.is_alive()


def test_a_folder_that_cannot_be_written_is_borne(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache.write(HOST, ["a"])
    cache.forget(HOST)
    assert cache.read(HOST) is None
    assert cache.hosts() == []


def test_a_host_that_makes_no_file_name_is_not_kept() -> None:
    cache.write("http://h/" + "a" * 300, ["a"])
    assert cache.hosts() == []


def test_the_servers_seen_longest_ago_are_dropped() -> None:
    for number in range(25):
        cache.write(f"http://h:{number}", ["a"])
        path = place() / f"http%3A%2F%2Fh%3A{number}.json"
        os.utime(path, (number, number))
    cache.write(HOST, ["a"])
    assert cache.hosts() == [HOST, *(f"http://h:{number}" for number in range(24, 5, -1))]


def kept_of_one() -> Path:
    [path] = place("servers").iterdir()
    return path


def test_what_a_server_was_found_to_be_is_recalled_for_ten_minutes() -> None:
    assert cache.read_seen(HOST) == cache.Seen()
    cache.write_seen(HOST, cache.Seen("openai", "vllm"))
    assert cache.read_seen(HOST) == cache.Seen("openai", "vllm")
    assert cache.read_seen("http://127.0.0.1:1234") == cache.Seen()
    assert stat.S_IMODE(kept_of_one().stat().st_mode) == 0o600
    for age, is_recalled in ((590, True), (610, False), (-100, False)):
        moment = time.time() - age
        os.utime(kept_of_one(), (moment, moment))
        assert (cache.read_seen(HOST) != cache.Seen()) is is_recalled


def test_a_server_of_which_nothing_is_known_any_more_is_dropped() -> None:
    cache.write_seen(HOST, cache.Seen("openai"))
    cache.write_seen(HOST, cache.Seen())
    cache.write_seen(HOST, cache.Seen())
    assert cache.read_seen(HOST) == cache.Seen()
    assert list(place("servers").iterdir()) == []


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (b"", cache.Seen()),
        (b"\xff\xfe", cache.Seen()),
        (b"[" * 100_000, cache.Seen()),
        (b'["openai"]', cache.Seen()),
        (b'{"api": "opena', cache.Seen()),
        (b'{"api": "other", "kind": 7}', cache.Seen()),
        (b'{"api": ["openai"], "kind": {"a": 1}}', cache.Seen()),
        (b'{"api": "native"}', cache.Seen("native")),
        (b'{"kind": "no such kind"}', cache.Seen(None, "no such kind")),
    ],
)
def test_a_damaged_memory_is_none(written: bytes, seen: cache.Seen) -> None:
    cache.write_seen(HOST, cache.Seen("openai"))
    kept_of_one().write_bytes(written)
    assert cache.read_seen(HOST) == seen
