"""What other programs get: the client with the settings, and a model that is there."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Server, by_path, document, lines

from ollama_cli import ConfigError, ModelNotFoundError, OllamaClient, UnreachableError, UsageError
from ollama_cli.config.loading import load_settings
from ollama_cli.demo.server import DemoServer


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as server:
        yield server


def test_without_an_address_the_settings_name_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:8123")
    assert OllamaClient().base_url == "http://127.0.0.1:8123"
    assert OllamaClient.from_settings().base_url == "http://127.0.0.1:8123"
    assert OllamaClient("127.0.0.1:9").base_url == "http://127.0.0.1:9"


def test_settings_that_a_program_made_are_obeyed() -> None:
    settings = load_settings(host="http://127.0.0.1:8124")
    assert OllamaClient.from_settings(settings).base_url == "http://127.0.0.1:8124"


def test_the_key_of_the_settings_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(by_path({"/api/version": document({"version": "0.32.15"})})) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        monkeypatch.setenv("OLLAMA_CLI_API_KEY", "sesame")
        OllamaClient.connect()
        assert server.requests[-1].headers["Authorization"] == "Bearer sesame"


def test_an_unreadable_setting_is_told_and_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://h%2fx")
    with pytest.raises(ConfigError, match="OLLAMA_HOST"):
        OllamaClient()


def test_a_model_that_is_there_is_ready(demo: DemoServer) -> None:
    client = OllamaClient(demo.url)
    client.ensure_ready("demo")
    client.ensure_ready("demo:latest", True)


def test_a_missing_model_is_pulled_only_where_that_is_allowed(demo: DemoServer) -> None:
    client = OllamaClient(demo.url)
    with pytest.raises(ModelNotFoundError, match="'llama3:8b' is not installed") as caught:
        client.ensure_ready("llama3:8b")
    assert caught.value.exit_code == 4
    assert not client.has_model("llama3:8b")
    client.ensure_ready("llama3:8b", auto_pull=True)
    assert client.has_model("llama3:8b")


def test_what_is_missing_is_told_with_how_to_get_it(demo: DemoServer) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        OllamaClient(demo.url).ensure_ready("llama3:8b")
    hint = "auto_pull=True gets it, and so does `ollama-cli models pull llama3:8b`"
    assert caught.value.hint == hint
    assert traceback.format_exception(caught.value)[-1] == f"hint: {hint}\n"


def test_a_client_shows_its_server_without_its_password() -> None:
    assert repr(OllamaClient("http://me:secret@h:1/v1")) == "OllamaClient('http://h:1')"


@pytest.mark.parametrize("messages", ["hi", {"role": "user", "content": "hi"}, [{}, "hi"]])
def test_what_are_no_messages_is_told(messages: Any, demo: DemoServer) -> None:
    with pytest.raises(UsageError, match="messages are no list of dictionaries"):
        OllamaClient(demo.url).chat("demo", messages)


def test_a_model_that_no_registry_knows_is_missing_too(demo: DemoServer) -> None:
    with pytest.raises(ModelNotFoundError, match="the registry knows no model 'xyzzy'") as caught:
        OllamaClient(demo.url).ensure_ready("xyzzy", auto_pull=True)
    assert (caught.value.exit_code, caught.value.model) == (4, "xyzzy")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", " ", "../x", "a b", "llama3:"])
@pytest.mark.parametrize("auto_pull", [False, True])
def test_what_is_no_name_is_asked_of_nobody(name: str, auto_pull: bool) -> None:
    with pytest.raises(UsageError, match="no model name"):
        OllamaClient("http://127.0.0.1:9").ensure_ready(name, auto_pull)


def test_a_pull_that_was_cut_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    digest = "sha256:" + "a" * 64
    half = {"status": "pulling", "digest": digest, "total": 10, "completed": 5}
    pulls = iter([lines(half), lines({**half, "completed": 10}, {"status": "success"})])
    scripts = {
        "/api/version": document({"version": "0.32.15"}),
        "/api/tags": document({"models": []}),
        "/api/pull": lambda peer: next(pulls)(peer),  # noqa: PLW0108  one for each
    }
    with Server(by_path(scripts)) as server:
        OllamaClient(server.url).ensure_ready("m", auto_pull=True)
    assert next(pulls, None) is None


def test_without_a_server_nothing_is_ready(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError):
        OllamaClient("http://127.0.0.1:9").ensure_ready(str(tmp_path.name), auto_pull=True)


def test_a_keyword_that_is_none_is_seen_by_type_checkers_too() -> None:
    with pytest.raises(TypeError, match="'timeout'"):
        OllamaClient("127.0.0.1:9", timeout=5)  # type: ignore[call-arg]  # mypy wants this comment
