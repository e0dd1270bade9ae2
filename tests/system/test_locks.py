"""One writer at a time: a lock has one name, ends with its holder and leaves nothing behind."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.system import files, locks
from ollama_cli.system.locks import locked

HOLDS = """
import sys, time
from pathlib import Path
from ollama_cli.system.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
posix = pytest.mark.skipif(os.name != "posix", reason="links, modes and signals are POSIX")


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_the_lock_stands_beside_the_file_while_it_is_held_and_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    with locked(path):
        (lock,) = path.parent.iterdir()
        assert lock.name == ".config.toml.lock"
        assert os.name != "posix" or stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert names(path.parent) == []


def test_who_waits_for_too_long_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with locked(path), pytest.raises(ConfigError) as failure, locked(path, patience=0.05):
        pass
    assert failure.value.message == (
        f"cannot write {path}: another process has been writing it for 0.05 s"
    )
    assert failure.value.exit_code == 10
    with locked(path, patience=0):
        pass


@posix
def test_all_names_of_a_file_share_one_lock(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "links" / "config.toml"
    link.parent.mkdir()
    link.symlink_to("../real.toml")
    second = tmp_path / "second.toml"
    second.symlink_to(link)
    for one, other in ((real, link), (link, second), (second, real)):
        with locked(one), pytest.raises(ConfigError), locked(other, patience=0):
            pass
    assert names(link.parent) == ["config.toml"]


@posix
def test_a_writer_that_died_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(path)], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ConfigError), locked(path, patience=0):
            pass
        holder.send_signal(signal.SIGKILL)
    assert names(tmp_path) == [".config.toml.lock"]
    with locked(path, patience=0):
        pass
    assert names(tmp_path) == []


def test_what_a_crash_left_beside_a_file_is_removed_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    left = tmp_path / ".config.toml.0123456789abcdef.tmp"
    others = [".config.toml.tmp", ".other.toml.0123456789abcdef.tmp", "config.toml.bak"]
    for name in (left.name, *others):
        (tmp_path / name).touch()
    with locked(path):
        assert not left.exists()
    assert names(tmp_path) == others


def test_threads_wait_for_each_other_too(tmp_path: Path) -> None:
    path = tmp_path / "count"
    files.write_text(path, "0")

    def count() -> None:
        for _ in range(25):
            with locked(path):
                files.write_text(path, str(int(path.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "100"
    assert names(tmp_path) == ["count"]


@posix
def test_a_link_in_place_of_the_lock_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / ".config.toml.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="cannot write "), locked(tmp_path / "config.toml"):
        pass
    assert names(tmp_path) == [".config.toml.lock"]


def test_a_folder_that_cannot_be_made_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot write "), locked(tmp_path / "file" / "config"):
        pass


@posix
def test_a_device_has_no_lock() -> None:
    with locked(Path(os.devnull)), locked(Path(os.devnull), patience=0):
        assert not Path("/dev/.null.lock").exists()


@posix
def test_a_file_system_without_locks_is_written_as_others_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(code: int) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise OSError(code, os.strerror(code))

        return fail

    for code in (errno.ENOSYS, errno.ENOLCK):
        monkeypatch.setattr("fcntl.flock", failing(code))
        with locked(tmp_path / "config.toml"):
            pass
    monkeypatch.setattr("fcntl.flock", failing(errno.EIO))
    with pytest.raises(ConfigError, match="cannot write "), locked(tmp_path / "config.toml"):
        pass


def test_patience_is_ten_seconds() -> None:
    assert locks.PATIENCE == 10
