"""A file that is not there is told with what was meant; a full disk with what it needs."""

import errno
import os
from pathlib import Path

import pytest
from shell import call

from ollama_cli.system.missing import no_such_file, room_hint

ROOM = "hint: make room on the disk that it is on"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notes.txt").write_text("a note")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "report.md").write_text("a report")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("note.txt", "did you mean notes.txt?"),
        ("sub/reprot.md", "did you mean sub/report.md?"),
        ("xyzzy", "it was looked for in HERE"),
        ("a.txt", "it was looked for in HERE"),
        ("sub/xyzzy", "it was looked for in HERE"),
        ("gone/notes.txt", "there is no folder gone"),
        ("https://example.com/a b.txt", "save it first: `curl -LO 'https://example.com/a b.txt'`"),
        ("~nobody-at-all/x", "there is no folder ~nobody-at-all"),
        ("\0x/y", "there is no folder \0x"),
    ],
)
def test_a_file_that_was_meant_is_named(path: str, hint: str, here: Path) -> None:
    error = no_such_file(path)
    assert (error.exit_code, error.message) == (4, f"no such file: {path}")
    assert error.hint == hint.replace("HERE", str(here))


def test_a_whole_path_needs_no_folder(here: Path) -> None:
    assert no_such_file(str(here / "xyzzy")).hint is None


@pytest.mark.parametrize(
    "args", [("-f", "note.txt"), ("-s", "@note.txt"), ("-i", "note.txt"), ("--tools", "./n.py")]
)
def test_each_option_that_takes_a_file_tells_it(args: tuple[str, str], here: Path) -> None:
    result = call("chat", "hi", "-m", "m", *args, "--host", "127.0.0.1:9", cwd=here)
    assert result.code == 4
    assert "hint: did you mean notes.txt?" in result.err or "hint: it was looked" in result.err


def test_a_file_that_has_no_room_needs_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ollama_cli.system.files.write_whole", full)
    result = call("config", "set", "temperature", "1", at=tmp_path)
    assert (result.code, result.err.splitlines()[1:]) == (10, [ROOM])


def test_other_errors_need_none() -> None:
    assert room_hint(OSError(errno.ENOSPC, "full")) is not None
    assert room_hint(OSError(errno.EACCES, "barred")) is None
    assert room_hint(ValueError("no number")) is None
