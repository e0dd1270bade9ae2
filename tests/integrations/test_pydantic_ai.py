"""Models for Pydantic AI: what is sent, to whom, and what is told where there is no server."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dead_ports import closed_port
from hostile import Peer, Server, by_path, document

from ollama_cli import ModelNotFoundError, OllamaCliError, Settings
from ollama_cli.config.hosts import Host

pytest.importorskip("pydantic_ai", reason="the extra pydantic-ai is not installed")

from pydantic_ai import Agent
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.settings import ModelSettings

from ollama_cli.integrations.pydantic_ai import (
    create_ollama_model,
    create_ollama_model_async,
    detect_ollama_model,
    ollama_health_check,
)

CHAT = "/v1/chat/completions"
SAID = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "tiny",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Yes"},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}
TAGS = {"models": [{"name": "tiny:latest", "capabilities": ["completion"]}]}
PAGES = {
    CHAT: document(SAID),
    "/api/tags": document(TAGS),
    "/api/ps": document({"models": []}),
}
EMPTY = {"/api/tags": document({"models": []}), "/api/ps": document({"models": []})}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(by_path(PAGES)) as server:
        yield server


def ask(model: OllamaModel, limit: int = 5) -> str:
    async def run() -> str:
        found = await Agent(model).run("Hi", model_settings=ModelSettings(max_tokens=limit))
        output: str = found.output
        return output

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/chat/completions", "/api"])
def test_the_address_gets_v1_and_nothing_is_connected_to(path: str) -> None:
    url = f"http://127.0.0.1:{closed_port()}/at"
    model = create_ollama_model("tiny", Settings(host=url + path))
    assert isinstance(model, OllamaModel)
    assert (model.model_name, str(model.base_url)) == ("tiny", f"{url}/v1/")


def test_the_settings_are_those_of_the_commands(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"{server.url}/v1")
    monkeypatch.setenv("OLLAMA_CLI_MODEL", "tiny")
    assert ask(create_ollama_model()) == "Yes"
    assert server.requests[0].json["model"] == "tiny"


def test_the_limit_has_the_name_that_ollama_obeys(server: Server) -> None:
    ask(create_ollama_model("tiny", Settings(host=server.url)), limit=8)
    body = server.requests[0].json
    assert (body["max_tokens"], "max_completion_tokens" in body) == (8, False)


def test_a_model_of_the_cloud_keeps_what_its_profile_knows() -> None:
    model = create_ollama_model("big-cloud", Settings())
    assert model.profile["supports_json_schema_output"] is False


def test_a_model_may_be_used_in_one_event_loop_after_another(server: Server) -> None:
    model = create_ollama_model("tiny", Settings(host=server.url))
    assert [ask(model) for _ in range(3)] == ["Yes"] * 3


def test_a_key_goes_where_it_belongs_and_the_one_of_ollama_com_stays_here(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "sk-of-ollama-com")
    ask(create_ollama_model("tiny", Settings(host=server.url)))
    entry = Host("box", server.url, api_key="sk-box", headers={"X-Team": "blue"})
    ask(create_ollama_model("tiny", Settings(host=server.url, entry=entry)))
    ask(create_ollama_model("tiny", Settings(host=server.url.replace("//", "//me:pw@"))))
    sent = [request.headers for request in server.requests]
    assert "sk-of-ollama-com" not in str(sent)
    assert sent[1]["Authorization"] == "Bearer sk-box"
    assert sent[1]["X-Team"] == "blue"
    assert sent[2]["Authorization"] == "Basic bWU6cHc="


def test_no_proxy_stands_before_a_server_nearby(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert ask(create_ollama_model("tiny", Settings(host=server.url))) == "Yes"


def test_a_model_is_found_only_if_that_is_wanted(server: Server) -> None:
    settings = Settings(host=server.url)
    with pytest.raises(ModelNotFoundError, match="No models detected in Ollama"):
        create_ollama_model(settings=settings)
    assert server.requests == []
    assert create_ollama_model(settings=settings, auto_detect=True).model_name == "tiny:latest"
    assert asyncio.run(create_ollama_model_async(settings=settings)).model_name == "tiny:latest"


def test_without_any_model_the_command_that_gets_one_is_told() -> None:
    with Server(by_path(EMPTY)) as server:
        settings = Settings(host=server.url.replace("//", "//me:pw@"))
        ways: list[Callable[[], object]] = [
            lambda: create_ollama_model(settings=settings, auto_detect=True),
            lambda: asyncio.run(create_ollama_model_async(settings=settings)),
        ]
        for make in ways:
            with pytest.raises(ModelNotFoundError) as caught:
                make()
            assert caught.value.message == (
                "No models detected in Ollama. Please pull a model first:"
                f" ollama-cli --host {server.url} models pull llama3.2"
            )
        assert detect_ollama_model(server.url) is None


def test_a_connection_is_tested_before_the_model_is_made(server: Server) -> None:
    settings = Settings(host=server.url)
    made = create_ollama_model_async("tiny", settings)
    assert asyncio.run(made).model_name == "tiny"
    with pytest.raises(ModelNotFoundError, match="'nope' is not installed"):
        asyncio.run(create_ollama_model_async("nope", settings))
    dead = Settings(host=f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(OllamaCliError) as caught:
        asyncio.run(create_ollama_model_async("tiny", dead))
    assert caught.value.code == "unreachable"
    unasked = create_ollama_model_async("tiny", dead, test_connection=False)
    assert asyncio.run(unasked).model_name == "tiny"


def test_the_event_loop_goes_on_while_a_server_is_asked() -> None:
    """The server answers only when another task of the loop lets it."""
    may_answer = threading.Event()

    def script(peer: Peer) -> None:
        assert may_answer.wait(10)
        by_path(PAGES)(peer)

    async def both(url: str) -> OllamaModel:
        making = asyncio.create_task(create_ollama_model_async("tiny", Settings(host=url)))
        await asyncio.sleep(0)
        may_answer.set()
        return await making

    with Server(script) as slow:
        assert asyncio.run(both(slow.url)).model_name == "tiny"


def test_a_model_is_detected_or_none_is(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert detect_ollama_model(server.url) == "tiny:latest"
    assert detect_ollama_model(f"127.0.0.1:{closed_port()}", timeout=1) is None
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    assert detect_ollama_model() == "tiny:latest"


def test_health_never_raises(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    health = ollama_health_check(Settings(host=server.url, model="tiny"))
    assert (health.connected, health.model_id) == (True, "tiny:latest")
    health = ollama_health_check(Settings(host=server.url, model="nope"))
    assert (health.connected, health.error_kind) == (True, "model_not_found")
    health = ollama_health_check(Settings(host=f"http://127.0.0.1:{closed_port()}"))
    assert (health.connected, health.error_kind) == (False, "unreachable")
    missing = Settings(host="https://127.0.0.1:1", ca_file=str(tmp_path / "none.pem"))
    assert ollama_health_check(missing).error_kind == "config"
    monkeypatch.setenv("OLLAMA_HOST", "ftp://x")
    assert ollama_health_check().error_kind == "config"


def test_what_the_settings_forbid_is_refused() -> None:
    for settings in (Settings(allowed_models=("tiny*",)), Settings(local_only=True)):
        with pytest.raises(OllamaCliError) as caught:
            create_ollama_model("other:cloud", settings)
        assert caught.value.exit_code == 13


def test_certificates_that_cannot_be_read_are_an_error_of_ours(tmp_path: Path) -> None:
    settings = Settings(host="https://127.0.0.1:1", ca_file=str(tmp_path / "none.pem"))
    with pytest.raises(OllamaCliError, match="a certificate cannot be read"):
        create_ollama_model("tiny", settings)
