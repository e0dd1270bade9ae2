"""A file is written whole, where the user said, and never over another one unasked."""

import os
import stat
from pathlib import Path

import pytest

from ollama_cli.errors import OutputError, UsageError
from ollama_cli.features.sessions.target import Target


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.md", "md"),
        ("a.MARKDOWN", "md"),
        ("a.txt", "md"),
        ("a", "md"),
        ("a.b/c", "md"),
        ("a.json", "json"),
        ("a.md.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
    ],
)
def test_the_ending_decides_the_format(name: str, kind: str) -> None:
    assert Target(name).format == kind


def test_an_ending_that_means_another_format_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^\.pdf is no format of a conversation"):
        _ = Target("a.pdf").format


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "~nobody-of-that-name/x"])
def test_what_names_no_file_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        Target(name)


def test_a_new_file_is_as_the_user_has_files(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "new.py"))
    assert not target.exists
    old = os.umask(0o027)
    try:
        assert target.write("é\ud800\n") == f"wrote 6 B to {tmp_path / 'new.py'}"
    finally:
        os.umask(old)
    assert target.path.read_bytes() == b"\xc3\xa9\xef\xbf\xbd\n"
    assert mode_of(target.path) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["new.py"]


def test_what_is_there_is_only_replaced_if_that_was_said(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text("old")
    path.chmod(0o751)
    target = Target(str(path))
    assert target.exists
    with pytest.raises(UsageError, match="exists already"):
        target.write("new")
    assert path.read_text() == "old"
    target.write("new", replaces=True)
    assert (path.read_text(), mode_of(path)) == ("new", 0o751)


def test_the_home_folder_may_be_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    Target("~/a.txt").write(b"\x00\xff")
    assert (tmp_path / "a.txt").read_bytes() == b"\x00\xff"


def test_a_folder_is_no_target_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        Target(str(tmp_path)).write("a", replaces=True)
    with pytest.raises(UsageError, match="there is no folder"):
        Target(str(tmp_path / "no" / "file")).write("a")
    assert not list(tmp_path.iterdir())


def test_a_link_is_followed_and_one_to_nowhere_asked_about(tmp_path: Path) -> None:
    real, link, lost = tmp_path / "real", tmp_path / "link", tmp_path / "lost"
    real.write_text("old")
    link.symlink_to(real)
    lost.symlink_to(tmp_path / "nothing")
    Target(str(link)).write("new", replaces=True)
    assert (link.is_symlink(), real.read_text()) == (True, "new")
    assert Target(str(lost)).exists
    Target(str(lost)).write("found", replaces=True)
    assert (tmp_path / "nothing").read_text() == "found"


def test_a_device_is_written_to_and_stays_one() -> None:
    assert Target("/dev/null").exists
    Target("/dev/null").write("a", replaces=True)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_what_the_system_refuses_is_told(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(OutputError, match="cannot write"):
        Target(str(circle)).write("a", replaces=True)
    with pytest.raises(OutputError, match=r"cannot write .*File name too long"):
        Target(str(tmp_path / ("a" * 300))).write("a")
