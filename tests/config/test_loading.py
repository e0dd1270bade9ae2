"""The settings for other programs, and the key that goes along with them."""

from pathlib import Path

import pytest

from ollama_cli import OllamaClient, Settings, client_options, load_settings
from ollama_cli.config.hosts import Host
from ollama_cli.errors import ConfigError, RefusedError, UsageError

KEY, OTHER = "sk-of-work", "sk-of-another"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file with an entry, in a folder of its own."""
    path = tmp_path / "config.toml"
    path.write_text(f"[hosts.work]\nurl = 'https://work.example/v1'\napi_key = '{KEY}'\n", "utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("OLLAMA_CLI_CONFIG", str(path))
    monkeypatch.chdir(tmp_path)
    return path


def shown(settings: Settings) -> str | None:
    found: str | None = client_options(settings)["headers"].get("Authorization")
    return found


def test_they_are_read_as_the_commands_read_them(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("[ollama]\nmodel = 'm'\nmodle = 'n'\n", "utf-8")
    monkeypatch.setenv("OLLAMA_HOST", "10.0.0.7")
    settings = load_settings()
    assert (settings.host, settings.model) == ("http://10.0.0.7:11434", "m")
    assert any("modle" in each for each in settings.warnings)
    assert load_settings(host="10.0.0.8", timeout=3).host == "http://10.0.0.8:11434"
    monkeypatch.setenv("OLLAMA_HOST", "ftp://x")
    with pytest.raises(ConfigError):
        load_settings()


def test_what_they_hold_makes_a_client(config: Path) -> None:
    assert config.exists()
    settings = load_settings(timeout=3, local_only=True)
    with OllamaClient(settings.host, **client_options(settings)) as client:
        assert client.timeouts.metadata == 3


@pytest.mark.parametrize(
    ("environ", "settings", "key"),
    [
        ({"OLLAMA_HOST": "work"}, None, KEY),
        ({"OLLAMA_HOST": "10.0.0.7", "OLLAMA_CLI_API_KEY": OTHER}, None, OTHER),
        ({"OLLAMA_CLI_API_KEY": OTHER}, Settings(host="http://10.0.0.7"), None),
        ({}, Settings(host="https://work.example:443"), None),
        ({"K": OTHER}, Settings(host="http://10.0.0.7", api_key_env="K"), OTHER),
        ({}, Settings("http://10.0.0.7", entry=Host("x", "10.0.0.7:80", api_key=KEY)), KEY),
        ({}, Settings("http://10.0.0.8", entry=Host("x", "10.0.0.7:80", api_key=KEY)), None),
        ({"OLLAMA_API_KEY": OTHER}, Settings(host="https://ollama.com:443"), OTHER),
        ({"OLLAMA_API_KEY": OTHER}, Settings(), None),
        ({"OLLAMA_API_KEY": OTHER}, Settings(host="http://me:pw@10.0.0.7"), None),
    ],
)
def test_a_key_goes_to_the_server_that_it_belongs_to(
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    settings: Settings | None,
    key: str | None,
) -> None:
    assert config.exists()
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert shown(settings or load_settings()) == (key and f"Bearer {key}")


@pytest.mark.parametrize("host", ["https://other.example:443", "http://127.0.0.1:11434"])
def test_no_key_follows_to_an_address_that_was_put_in_its_place(
    config: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    assert config.exists()
    assert shown(load_settings(host="work")._replace(host=host)) is None
    monkeypatch.setenv("OLLAMA_HOST", "10.0.0.7")
    monkeypatch.setenv("OLLAMA_CLI_API_KEY", OTHER)
    monkeypatch.setenv("OLLAMA_CLI_API_KEY_ENV", "OLLAMA_CLI_API_KEY")
    assert shown(load_settings()._replace(host=host)) is None
    assert shown(load_settings(host=host)) is None
    assert shown(load_settings(host=host, api_key_env="OLLAMA_CLI_API_KEY")) == f"Bearer {OTHER}"


def test_a_folder_that_names_the_server_gets_no_key(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config.parent / ".env").write_text("OLLAMA_HOST=http://10.0.0.66\n", "utf-8")
    monkeypatch.setenv("OLLAMA_CLI_API_KEY", OTHER)
    settings = load_settings()
    assert settings.host == "http://10.0.0.66:80"
    assert shown(settings) is None


def test_what_is_forbidden_stays_so(config: Path) -> None:
    assert config.exists()
    with pytest.raises(RefusedError, match="is a public host"):
        client_options(Settings(host="https://work.example", local_only=True))
    for settings in (Settings(allowed_models=("tiny*",)), Settings(local_only=True)):
        client_options(settings, "tiny")
        with pytest.raises(RefusedError):
            client_options(settings, "other:cloud")


def test_a_name_that_is_no_setting_is_not_passed_over() -> None:
    with pytest.raises(UsageError, match="no setting is named 'hots'") as caught:
        load_settings(hots="x")
    assert caught.value.hint == "did you mean host?"


def test_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:8125")
    assert load_settings(host=None, model=None).host == "http://127.0.0.1:8125"
