"""Files of the user's: read within bounds, written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.system import files


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert files.read_bytes(tmp_path / "nothing") is None
    (tmp_path / "file").touch()
    assert files.read_bytes(tmp_path / "file" / "below") is None


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        files.read_bytes(tmp_path)


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(ConfigError, match="/dev/zero is larger than 1048576 bytes"):
        files.read_bytes(Path("/dev/zero"))


@pytest.mark.parametrize(
    "data", [b"a =", b"\xff\xfea\0", b"a = 1\na = 2", b"a = " + b"[" * 100_000]
)
@pytest.mark.usefixtures("no_collections")
def test_what_is_no_toml_names_its_file(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"^x\.toml is no valid TOML: "):
        files.parse_toml(data, "x.toml")


def test_a_mark_of_byte_order_is_no_content() -> None:
    for data in (b"\xef\xbb\xbfa = 1", b"\xff\xfe" + "a = 1".encode("utf-16-le")):
        assert files.parse_toml(data, "x.toml") == {"a": 1}


def test_toml_that_is_no_text_names_its_line() -> None:
    for data, problem in ((b"a = 1\nb = '\xe9'", "is no UTF-8"), (b"a = 1\n\0", "has a NUL char")):
        with pytest.raises(ConfigError, match=rf"^x\.toml: line 2 {problem}"):
            files.parse_toml(data, "x.toml")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
@pytest.mark.parametrize(("mode", "written"), [(0o600, 0o600), (0o666, 0o640)])
def test_a_file_for_all_is_as_the_user_has_files(tmp_path: Path, mode: int, written: int) -> None:
    path = tmp_path / "file"
    old = os.umask(0o027)
    try:
        files.write_text(path, "text", mode=mode)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == written
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_what_is_formatted_is_parsed_again() -> None:
    document = {"models": [{"name": "m", "digest": "sha256:ab"}], "a": "\u20ac\n"}
    text = files.format_toml(document)
    assert files.parse_toml(text.encode(), "x") == document
    assert files.parse_toml(text, "x") == document


def test_a_new_file_is_named_after_the_one_it_replaces_however_long_that_is(tmp_path: Path) -> None:
    for name in ("config.toml", "\N{SNOWMAN}" * 80):
        target = tmp_path / name
        files.write_whole(target, b"x")
        assert target.read_bytes() == b"x"
        assert files.beside(target, ".tmp").name.startswith(f".{name[:10]}")


def test_a_file_is_made_with_its_folders_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c"
    files.write_whole(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    files.write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(ValueError, match="surrogates"):
        files.write_whole(tmp_path / "file", "\ud800")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        files.write_whole(tmp_path / "folder", "new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="pipes with names are POSIX")
def test_what_is_no_regular_file_stays_and_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_whole(pipe, "text")
    assert pipe.is_fifo()
    assert os.read(reader, 10) == b"text"
    os.close(reader)
