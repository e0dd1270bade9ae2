"""The demo server knows nothing of the user's settings, and leaves nothing in the user's places."""

from pathlib import Path

import pytest
from shell import Result, call

CONFIG = """\
[ollama]
model = "mine"
embed_model = "mine"
allowed_models = ["mine"]
local_only = true
timeout = 0.000001
api = "openai"
auto_pull = "never"
ca_file = "/nope.pem"
api_key_env = "NOT_SET"
host = "x"
[hosts.x]
url = "https://llm.example.com"
api_key_cmd = "touch stolen"
"""
ENVIRONMENT = {
    "OLLAMA_HOST": "https://llm.example.com",
    "OLLAMA_CLI_API_KEY": "k",
    "OLLAMA_CLI_MODEL": "mine",
    "OLLAMA_CLI_ALLOWED_MODELS": "mine",
    "OLLAMA_CLI_TIMEOUT": "nonsense",
    "OLLAMA_CLI_UNKNOWN": "1",
    "SSL_CERT_FILE": "/nope.pem",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "ollama-cli" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    (tmp_path / ".env").write_text("OLLAMA_HOST=https://evil.example\nOLLAMA_CLI_MODEL=mine\n")
    return tmp_path


def files(home: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in home.rglob("*") if each.is_file()}


def alone(home: Path, *words: str) -> Result:
    before = files(home)
    result = call(*words, at=home, env=ENVIRONMENT)
    assert files(home) == before
    return result


@pytest.mark.parametrize(
    "words",
    [
        ["chat", "hi"],
        ["models", "list"],
        ["models", "pull", "nomic-embed-text", "-q"],
        ["models", "rm", "demo", "--yes"],
        ["doctor", "--no-token"],
        ["config", "show"],
    ],
)
def test_the_settings_of_the_user_change_nothing(home: Path, words: list[str]) -> None:
    result = alone(home, "--demo", *words)
    assert result.code == 0, result.err
    assert "mine" not in result.out + result.err
    assert "warning" not in result.err


def test_what_is_typed_counts(home: Path) -> None:
    assert alone(home, "--demo", "chat", "hi", "-m", "mine").code == 4
    shown = alone(home, "--demo", "--timeout", "7", "config", "show", "--json").json["settings"]
    assert shown["timeout"] == {"value": 7.0, "origin": "--timeout"}
    assert shown["model"] == {"value": None, "origin": "default"}
    assert shown["host"]["origin"] == "--demo"


def test_how_it_looks_is_the_users_to_say(home: Path) -> None:
    env = {**ENVIRONMENT, "OLLAMA_CLI_RENDER": "plain"}
    shown = call("--demo", "config", "show", "--json", at=home, env=env).json["settings"]
    assert shown["render"] == {"value": "plain", "origin": "OLLAMA_CLI_RENDER"}


def test_a_broken_config_does_not_break_it(home: Path) -> None:
    (home / "ollama-cli" / "config.toml").write_text("[ollama\n")
    assert alone(home, "--demo", "health").code == 0


@pytest.mark.parametrize("words", [["default", "demo"], ["default", "--detect"]])
def test_no_model_of_it_becomes_the_users_own(home: Path, words: list[str]) -> None:
    result = alone(home, "--demo", "models", *words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: --demo ends with the command: none of its models ")
