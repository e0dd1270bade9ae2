"""The config file is found where it is said to be, and what cannot be read in it is told."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ollama_cli.config.file import config_path, read_config, writable_path
from ollama_cli.config.resolve import Layer
from ollama_cli.config.sources import config_layer
from ollama_cli.errors import ConfigError
from ollama_cli.system.paths import history_path

DEEP = b"a = " + b"[" * 100_000


def test_the_config_file_is_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert config_path({"OLLAMA_CLI_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")
    assert config_path({"OLLAMA_CLI_CONFIG": "~/y.toml"}) == tmp_path / "y.toml"
    assert config_path({}) == config_path({"OLLAMA_CLI_CONFIG": ""})


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
def test_the_config_file_is_where_the_system_keeps_such_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path({}) == tmp_path / "ollama-cli" / "config.toml"


def test_a_home_that_is_nobodys_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"~nobody-at-all/x .*: no such home folder"):
        config_path({"OLLAMA_CLI_CONFIG": "~nobody-at-all/x"})


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
def test_the_history_is_where_the_system_keeps_what_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history_path() == tmp_path / "ollama-cli" / "history.sqlite3"


@pytest.mark.skipif(os.name != "posix", reason="HOME is POSIX")
@pytest.mark.parametrize("home", [None, "", "here", "~"])
def test_nobody_without_a_home_has_files_of_ours(
    monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    take_home_away(monkeypatch, home)
    assert config_path({}) is None
    assert history_path() is None
    assert config_layer(None) == (Layer({}), [])
    with pytest.raises(ConfigError) as failure:
        writable_path({})
    assert failure.value.message == "there is no home folder, and so no config file"
    assert failure.value.hint == (
        "set HOME to a folder of yours, or name the file itself in OLLAMA_CLI_CONFIG"
    )


@pytest.mark.skipif(os.name != "posix", reason="HOME is POSIX")
@pytest.mark.parametrize("home", [None, "", "here"])
def test_a_named_file_may_be_relative_but_not_by_a_home_that_is_none(
    monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    take_home_away(monkeypatch, home)
    environ = {} if home is None else {"HOME": home}
    assert config_path({**environ, "OLLAMA_CLI_CONFIG": "mine.toml"}) == Path("mine.toml")
    with pytest.raises(ConfigError, match=r"~/mine\.toml \(from .*\): no such home folder"):
        config_path({**environ, "OLLAMA_CLI_CONFIG": "~/mine.toml"})


def take_home_away(monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    """Be a user without a name, whose HOME is not set or no absolute path."""

    def nobody(_: int) -> None:
        raise KeyError("no such user")

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pytest.importorskip("pwd"), "getpwuid", nobody)
    if home is not None:
        monkeypatch.setenv("HOME", home)


@pytest.mark.skipif(os.name != "posix", reason="HOME is POSIX")
def test_a_home_that_may_not_be_entered_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stat = os.stat

    def forbid(path: Any, *args: Any, **more: Any) -> Any:
        if str(path).startswith(f"{tmp_path}{os.sep}"):
            raise PermissionError(13, "Permission denied")
        return stat(path, *args, **more)

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "stat", forbid)
    assert config_path({}) is None
    told = f"{tmp_path} may not be entered: no config file is read"
    assert config_layer(None) == (Layer({}), [told])


def test_a_missing_config_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_config(tmp_path / "config.toml") == {}
    assert config_layer(tmp_path / "none" / "config.toml") == (Layer({}), [])


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"# note\r\n"])
def test_the_config_files_section_is_a_layer(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(start + b'other = 1\n[ollama]\r\nhost = "box"\ntimeout = 0\n[else]\nhost = 2')
    assert config_layer(path) == (
        Layer({"host": ("box", str(path)), "timeout": (0, str(path))}),
        [],
    )


def test_a_config_file_without_our_section_sets_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('host = "box"\n', encoding="utf-8")
    layer, warnings = config_layer(path)
    assert layer == Layer({})
    assert warnings == [f"{path}: 'host' stands outside [ollama] and is not read"]


def test_unknown_keys_are_warnings_that_name_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[ollama]\nmodle = "m"\nxyzzy = 1\nmodel = "m"\n', encoding="utf-8")
    layer, warnings = config_layer(path)
    assert set(layer.values) == {"model"}
    assert warnings == [
        f"{path}: unknown setting 'modle': did you mean model?",
        f"{path}: unknown setting 'xyzzy'",
    ]


@pytest.mark.parametrize(
    "content",
    [b"host =", b"[ollama", b"\xff\xfeh\x00", b"a=1\na=2", DEEP],
    ids=range(5),
)
@pytest.mark.usefixtures("no_collections")
def test_a_broken_config_file_is_a_config_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert caught.value.message.startswith(f"{path} is no valid TOML: ")
    assert caught.value.hint == f"correct it, or move it away: {path}"


@pytest.mark.parametrize("content", ["ollama = 1", "ollama = []", "[[ollama]]\nhost = 'h'"])
def test_a_section_that_is_no_table_is_a_config_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"'ollama' is no section; write \[ollama\]"):
        config_layer(path)


def test_a_folder_in_place_of_the_config_file_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*: "):
        read_config(tmp_path)


def test_an_endless_config_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="is larger than"):
        read_config(Path("/dev/zero"))


def test_a_config_folder_that_is_none_holds_no_settings(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    assert read_config(file / "config.toml") == {}
