"""Environment and `.env` are read as they are found, each in its turn."""

import os
from pathlib import Path

import pytest
from shell import run

from ollama_cli.config import dotenv, file, sources
from ollama_cli.config.resolve import Layer, resolve
from ollama_cli.config.sources import dotenv_layers, environment, environment_layer, layers
from ollama_cli.errors import ConfigError, NotFoundError, RefusedError


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
        ("A='1\u20282'", {"A": "1\u20282"}),
        ("A=1\x0bB=2", {"A": "1\x0bB=2"}),
        ("A=1\rB=2", {"A": "1", "B": "2"}),
        ("A=a\x00b", {"A": "a\x00b"}),
        ("\x00\x01\x02", {}),
    ],
)
def test_a_dotenv_file_is_read_line_by_line(line: str, values: dict[str, str]) -> None:
    assert dotenv.parse(line) == values


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


def test_a_variable_that_looks_like_ours_is_told_of() -> None:
    environ = {"OLLAMA_CLI_MODLE": "x", "OLLAMA_CLI_MODEL": "m", "OLLAMA_CLI_CONFIG": "c"}
    assert sources.unknown_variables({**environ, "OLLAMA_CLI_XYZZY_XYZZY_XYZZY": "1"}) == [
        "unknown variable OLLAMA_CLI_MODLE: did you mean OLLAMA_CLI_MODEL?",
        "unknown variable OLLAMA_CLI_XYZZY_XYZZY_XYZZY",
    ]


def test_every_variable_that_is_no_setting_has_its_sentence() -> None:
    assert sources.VARIABLES[file.CONFIG_VARIABLE] == "path of the config file"
    assert all(text and not text.endswith(".") for text in sources.VARIABLES.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_named_env_does_not_hang_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / ".env")
    assert sources.dotenv_layers(None) == []


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="only root of Linux has it")
def test_a_link_to_what_never_ends_does_not_hang_a_command(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("/proc/kmsg")
    assert run("config", "get", "model", cwd=tmp_path).code == 0
