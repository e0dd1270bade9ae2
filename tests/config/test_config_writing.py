"""The config file is written whole or not at all, and what a user wrote in it stays."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from ollama_cli.config.edit import remove_setting, write_setting
from ollama_cli.config.file import read_config, section
from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.system.files import write_text


def write_config(path: Path, document: dict[str, Any]) -> None:
    write_text(path, tomli_w.dumps(document))


no_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read and write everything"
)


def test_what_is_written_is_read_again_and_all_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "config.toml"
    document = {"other": {"a": [1, {"b": "\u20ac\n"}]}, "ollama": {"host": "h", "timeout": 0.0}}
    write_config(path, document)
    assert read_config(path) == document
    write_config(path, {**document, "ollama": {**section(document, path), "model": "m"}})
    assert read_config(path)["other"] == document["other"]
    assert read_config(path)["ollama"] == {"host": "h", "timeout": 0.0, "model": "m"}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch(mode=0o644)
    write_config(path, {"ollama": {"host": "http://me:secret@h"}})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "real.toml", tmp_path / "config.toml"
    real.parent.mkdir()
    real.write_text("a = 1\n", encoding="utf-8")
    link.symlink_to(real)
    write_config(link, {"a": 2})
    assert link.is_symlink()
    assert tomllib.loads(real.read_text(encoding="utf-8")) == {"a": 2}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_crash_in_the_middle_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("a = 1\n", encoding="utf-8")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises((ConfigError, KeyboardInterrupt)) as caught:
        write_text(path, "a = 2\n")
    if isinstance(error, OSError):
        assert str(caught.value) == f"cannot write {path}: No space left on device"
    assert path.read_text(encoding="utf-8") == "a = 1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_text_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("a = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cannot write .*surrogates not allowed"):
        write_config(path, {"ollama": {"model": "\udcff"}})
    assert list(tmp_path.iterdir()) == [path]
    assert read_config(path) == {"a": 1}


def test_a_file_in_place_of_the_folder_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "ollama-cli").touch()
    with pytest.raises(ConfigError, match="cannot write "):
        write_config(tmp_path / "ollama-cli" / "config.toml", {})


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_to_itself_is_a_config_error(tmp_path: Path) -> None:
    loop = tmp_path / "config.toml"
    loop.symlink_to(loop)
    with pytest.raises(ConfigError, match="cannot read "):
        read_config(loop)
    with pytest.raises(ConfigError, match=r"cannot (?:read|write) "):
        write_setting(loop, "model", "m")
    assert loop.is_symlink()


@no_root
def test_a_folder_that_may_not_be_written_is_a_config_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match=r"cannot write .*: Permission denied"):
        write_config(tmp_path / "config.toml", {})


WITH_COMMENTS = """\
# mine
[other]
model = "not this one"

[ollama]
# the model that I like
model = "old" # since spring
# timeout = 0.0
host = "http://127.0.0.1:1"

[third]
x = 1_000
"""


def test_one_setting_is_changed_and_all_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(WITH_COMMENTS, encoding="utf-8")
    write_setting(path, "model", "new")
    expected = WITH_COMMENTS.replace('"old"', '"new"')
    assert path.read_text("utf-8") == expected
    write_setting(path, "timeout", 5.0)
    expected = expected.replace("# timeout = 0.0\n", "# timeout = 0.0\ntimeout = 5.0\n")
    assert path.read_text("utf-8") == expected
    write_setting(path, "keep_alive", "10m")
    expected = expected.replace(':1"\n', ':1"\nkeep_alive = "10m"\n')
    assert path.read_text("utf-8") == expected
    assert remove_setting(path, "model")
    assert not remove_setting(path, "model")
    assert path.read_text("utf-8") == expected.replace('model = "new" # since spring\n', "")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_the_encoding_of_a_file_and_its_line_ends_stay(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "config.toml"
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(mark, "utf-8")
    before = "# \u00e9\r\n[ollama]\r\nmodel = 'a'  \r\n"
    path.write_bytes(mark + before.encode(codec))
    write_setting(path, "model", "b")
    write_setting(path, "timeout", 5)
    after = before.replace("'a'", '"b"') + "timeout = 5.0\r\n"
    assert path.read_bytes() == mark + after.encode(codec)
    assert read_config(path) == {"ollama": {"model": "b", "timeout": 5.0}}


def test_what_is_written_is_checked_as_any_setting(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for name, value in (("model", " "), ("timeout", "soon"), ("host", "ftp://h")):
        with pytest.raises(ConfigError, match=r"\(from the server's list\)"):
            write_setting(path, name, value, origin="the server's list")
        with pytest.raises(UsageError):
            write_setting(path, name, value)
    assert list(tmp_path.iterdir()) == []


def test_a_setting_can_be_written_where_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    assert not remove_setting(path, "model")
    assert not path.parent.exists()
    write_setting(path, "model", "m")
    assert path.read_text("utf-8") == '[ollama]\nmodel = "m"\n'
