"""The config file is written whole or not at all, and what a user wrote in it stays."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from ollama_cli.config.file import read_config, section, write_setting
from ollama_cli.errors import ConfigError
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
    with pytest.raises(ConfigError, match="cannot read "):
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
x = 1
"""


def test_one_setting_is_replaced_and_the_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(WITH_COMMENTS, encoding="utf-8")
    assert write_setting(path, "model", "new")
    text = path.read_text("utf-8")
    assert text == WITH_COMMENTS.replace('model = "old" # since spring', 'model = "new"')
    assert write_setting(path, "timeout", 5.0)
    assert "\ntimeout = 5.0\n" in path.read_text("utf-8")
    assert "# timeout" not in path.read_text("utf-8")
    assert write_setting(path, "keep_alive", "10m")
    assert '[ollama]\nkeep_alive = "10m"\n# the model' in path.read_text("utf-8")
    assert write_setting(path, "model", None)
    assert not write_setting(path, "model", None)
    assert read_config(path) == {
        "other": {"model": "not this one"},
        "ollama": {"keep_alive": "10m", "timeout": 5.0, "host": "http://127.0.0.1:1"},
        "third": {"x": 1},
    }


@pytest.mark.parametrize(
    "text",
    [
        "ollama.model = 'dotted'\n",
        "[ollama]\nmodel = [\n  'over',\n  'lines',\n]\n",
        "ollama = {model = 'inline'}\n",
        "[ollama]\nhost = '''\nmodel = 1\n'''\n",
        "",
        "# only a comment\n",
    ],
)
def test_a_file_of_another_shape_is_written_anew_and_loses_no_value(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    before = read_config(path)
    assert write_setting(path, "model", "new")
    assert read_config(path) == {**before, "ollama": {**before.get("ollama", {}), "model": "new"}}


def test_a_setting_can_be_written_where_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    assert not write_setting(path, "model", None)
    assert write_setting(path, "model", "m")
    assert path.read_text("utf-8") == '[ollama]\nmodel = "m"\n'
