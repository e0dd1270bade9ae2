"""Environment, `.env` and config file: read as they are found, written whole or not at all."""

import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from ollama_cli import sources
from ollama_cli.errors import ConfigError, NotFoundError, RefusedError
from ollama_cli.settings import Layer, resolve
from ollama_cli.sources import (
    config_layer,
    config_path,
    dotenv_layers,
    environment,
    environment_layer,
    layers,
    parse_dotenv,
    read_config,
    section,
    write_setting,
    write_text,
)


def write_config(path: Path, document: dict[str, Any]) -> None:
    write_text(path, tomli_w.dumps(document))


no_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read and write everything"
)
DEEP = b"a = " + b"[" * 100_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one(found: list[Layer]) -> Layer:
    (layer,) = found
    return layer


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("A=1", {"A": "1"}),
        ("  A = 1  ", {"A": "1"}),
        ("export A=1", {"A": "1"}),
        ("export\tA=1", {"A": "1"}),
        ("exportA=1", {"exportA": "1"}),
        ("A=", {"A": ""}),
        ("A='x y'", {"A": "x y"}),
        ('A="x y"', {"A": "x y"}),
        ("A='x # y'", {"A": "x # y"}),
        ("A='x' # said", {"A": "x"}),
        ("A='x", {"A": "x"}),
        ('A="it\'s"', {"A": "it's"}),
        ("A=''", {"A": ""}),
        ("A=x # said", {"A": "x"}),
        ("A=x\t# said", {"A": "x"}),
        ("A=x#y", {"A": "x#y"}),
        ("A= # said", {"A": ""}),
        ("A=#said", {"A": ""}),
        ("A=x=y", {"A": "x=y"}),
        ("A=$HOME `id` $(id)", {"A": "$HOME `id` $(id)"}),
        ("A=x\\ny", {"A": "x\\ny"}),
        ("# A=1", {}),
        ("#A=1", {}),
        ("", {}),
        ("A", {}),
        ("=1", {}),
        ("1A=1", {}),
        ("A-B=1", {}),
        ("<<<<<<< HEAD", {}),
        ("export A", {}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("A=1\rB=2", {"A": "1", "B": "2"}),
        ("A=a\x00b", {"A": "a\x00b"}),
        ("\x00\x01\x02", {}),
    ],
)
def test_a_dotenv_file_is_read_line_by_line(line: str, values: dict[str, str]) -> None:
    assert parse_dotenv(line) == values


@pytest.mark.parametrize(
    "start", [b"", b"\xef\xbb\xbf", b"\xff\xfe\x00junk\n", b"\n\n", b"# \xe9\n"]
)
def test_a_dotenv_file_may_start_with_a_mark_or_with_junk(folder: Path, start: bytes) -> None:
    (folder / ".env").write_bytes(start + b"OLLAMA_HOST=box:1\r\n")
    layer = one(dotenv_layers(None))
    assert layer.values == {"host": ("box:1", "OLLAMA_HOST in .env")}
    assert not layer.trusted


def test_a_huge_dotenv_file_is_read_in_part(folder: Path) -> None:
    filler = b"# " + b"x" * (1 << 20)
    (folder / ".env").write_bytes(b"OLLAMA_HOST=box\n" + filler + b"\nOLLAMA_CLI_MODEL=m\n")
    assert one(dotenv_layers(None)).values == {"host": ("box", "OLLAMA_HOST in .env")}


def test_without_a_dotenv_file_there_is_no_layer(folder: Path) -> None:
    assert dotenv_layers(None) == []
    assert list(folder.iterdir()) == []


def test_a_folder_named_dotenv_is_none_of_ours(folder: Path) -> None:
    (folder / ".env").mkdir()
    assert dotenv_layers(None) == []


def test_a_folder_that_is_named_is_an_error(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        dotenv_layers(str(folder))


def test_an_unreadable_dotenv_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert dotenv_layers(None) == []
    with pytest.raises(ConfigError, match=r"cannot read my\.env: Permission denied"):
        dotenv_layers("my.env")
    assert folder.exists()


def test_a_named_file_that_is_missing_is_not_found(folder: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no such file: my\.env") as caught:
        dotenv_layers("my.env")
    assert caught.value.exit_code == 4
    assert folder.exists()


def test_a_named_file_is_trusted_and_replaces_the_one_of_the_folder(folder: Path) -> None:
    (folder / ".env").write_text("OLLAMA_CLI_MODEL=strange", encoding="utf-8")
    (folder / "my.env").write_text("OLLAMA_HOST=8.8.8.8\nSSL_CERT_FILE=ca.pem", encoding="utf-8")
    layer = one(dotenv_layers("my.env"))
    assert layer.trusted
    assert layer.values == {
        "host": ("8.8.8.8", "OLLAMA_HOST in my.env"),
        "ca_file": ("ca.pem", "SSL_CERT_FILE in my.env"),
    }
    assert resolve([layer]).host == "http://8.8.8.8:11434"


def test_a_strange_folder_says_neither_whom_to_trust_nor_where_prompts_go(folder: Path) -> None:
    text = "OLLAMA_CLI_CA_FILE=ca.pem\nSSL_CERT_FILE=ca.pem\nOLLAMA_BASE_URL=https://evil.example"
    (folder / ".env").write_text(text, encoding="utf-8")
    layer = one(dotenv_layers(None))
    assert set(layer.values) == {"host"}
    with pytest.raises(RefusedError, match=r"OLLAMA_BASE_URL in \.env would send"):
        resolve([layer])


@pytest.mark.parametrize(
    ("environ", "value", "origin"),
    [
        ({"OLLAMA_CLI_HOST": "a", "OLLAMA_HOST": "b"}, "a", "OLLAMA_CLI_HOST"),
        ({"OLLAMA_HOST": "b", "OLLAMA_BASE_URL": "c"}, "b", "OLLAMA_HOST"),
        ({"OLLAMA_BASE_URL": "c", "OLLAMA_IP": "d"}, "c", "OLLAMA_BASE_URL"),
        ({"OLLAMA_IP": "d"}, "d", "OLLAMA_IP"),
        ({"OLLAMA_CLI_HOST": "", "OLLAMA_HOST": " ", "OLLAMA_IP": "d"}, "d", "OLLAMA_IP"),
    ],
)
def test_the_variables_of_a_setting_have_an_order(
    environ: dict[str, str], value: str, origin: str
) -> None:
    assert environment_layer(environ).values == {"host": (value, origin)}


def test_blank_and_foreign_variables_set_nothing() -> None:
    environ = {"OLLAMA_HOST": "", "OLLAMA_CLI_TIMEOUT": " ", "OLLAMA_MODELS": "/x", "HOST": "h"}
    assert environment_layer(environ) == Layer({})


def test_the_environment_is_the_one_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_CLI_MODEL", "m")
    assert environment()["OLLAMA_CLI_MODEL"] == "m"


def test_the_sources_stand_in_their_order(folder: Path) -> None:
    config = folder / "config.toml"
    config.write_text('[ollama]\nmodel = "e"\ntimeout = 5\npull_timeout = 5\n', encoding="utf-8")
    text = "OLLAMA_CLI_MODEL=d\nOLLAMA_CLI_TIMEOUT=4\nOLLAMA_HOST=d\nOLLAMA_CLI_KEEP_ALIVE=4"
    (folder / ".env").write_text(text, encoding="utf-8")
    environ = {
        "OLLAMA_CLI_CONFIG": str(config),
        "OLLAMA_CLI_MODEL": "c",
        "OLLAMA_IP": "c",
        "OLLAMA_CLI_TIMEOUT": "3",
    }
    found, warnings = layers({"host": "a", "connect_timeout": "1"}, environ)
    settings = resolve(found)
    assert warnings == []
    assert {name: origin for name, origin in settings.origins.items() if origin != "default"} == {
        "host": "--host",
        "connect_timeout": "--connect-timeout",
        "model": "OLLAMA_CLI_MODEL",
        "timeout": "OLLAMA_CLI_TIMEOUT",
        "keep_alive": "OLLAMA_CLI_KEEP_ALIVE in .env",
        "pull_timeout": str(config),
    }
    assert (settings.host, settings.model, settings.timeout) == ("http://a:11434", "c", 3)


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


def test_a_variable_that_looks_like_ours_is_told_of() -> None:
    environ = {"OLLAMA_CLI_MODLE": "x", "OLLAMA_CLI_MODEL": "m", "OLLAMA_CLI_CONFIG": "c"}
    assert sources.unknown_variables({**environ, "OLLAMA_CLI_XYZZY_XYZZY_XYZZY": "1"}) == [
        "unknown variable OLLAMA_CLI_MODLE: did you mean OLLAMA_CLI_MODEL?",
        "unknown variable OLLAMA_CLI_XYZZY_XYZZY_XYZZY",
    ]


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
    [b"host =", b"[ollama", b"\xff\xfeh\x00", b'a = "\xe9"', b"a\x00=1", b"a=1\na=2", DEEP],
    ids=range(7),
)
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
    with pytest.raises(ConfigError, match="cannot write "):
        write_config(loop, {})


@no_root
def test_a_folder_that_may_not_be_written_is_a_config_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match=r"cannot write .*: Permission denied"):
        write_config(tmp_path / "config.toml", {})


def test_every_variable_that_is_no_setting_has_its_sentence() -> None:
    assert sources.VARIABLES[sources.CONFIG_VARIABLE] == "path of the config file"
    assert all(text and not text.endswith(".") for text in sources.VARIABLES.values())


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_named_env_does_not_hang_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / ".env")
    assert sources.dotenv_layers(None) == []


def test_an_endless_config_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="is larger than"):
        read_config(Path("/dev/zero"))


def test_a_config_folder_that_is_none_holds_no_settings(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    assert read_config(file / "config.toml") == {}
