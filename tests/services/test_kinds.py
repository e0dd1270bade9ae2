"""Which server it is, by what it shows; and what each can do."""

import pytest
from clients import stranger
from hostile import Script, answer, by_path, document, head
from other_servers import KINDS, LOCALAI, ROUTER, WEBSITE, Character, serving

from ollama_cli.demo import DemoServer
from ollama_cli.errors import OtherApiError
from ollama_cli.services.identify import EVIDENCE, identify
from ollama_cli.services.kinds import CAN, NAMES, Server, ServerKind, lacking
from ollama_cli.services.ollama import OllamaClient

FOUND = {
    "llama.cpp": Server(ServerKind.LLAMA_CPP, None, "/api/version: Server: llama.cpp"),
    "llama.cpp behind a proxy": Server(
        ServerKind.LLAMA_CPP, None, "/props: default_generation_settings"
    ),
    "vLLM": Server(ServerKind.VLLM, "0.11.0", "/v1/models: owned_by: vllm"),
    "LM Studio": Server(
        ServerKind.LM_STUDIO, None, "/api/version: error: Unexpected endpoint or method"
    ),
    "an old LocalAI": Server(ServerKind.LOCALAI, "v4.9.0 (f7ad3f7)", "/system: a list of backends"),
    "only /v1": Server(ServerKind.OPENAI, None, "/v1/models: a list of models"),
}


def found(url: str) -> Server:
    with OllamaClient(url) as client:
        return client.identify()


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_known_by_what_is_its_own(name: str) -> None:
    with serving(KINDS[name]) as server:
        assert found(server.url) == FOUND[name]
        assert {method for method, _ in server.requests} == {"GET"}
        assert len(server.requests) == len(set(server.requests)) <= 7


def test_ollama_is_known_by_one_request() -> None:
    with stranger(document({"version": "0.24.0"})) as server:
        assert found(server.url).kind is ServerKind.OLLAMA
        assert [request.path for request in server.requests] == ["/api/version"]
    with DemoServer() as demo:
        assert found(demo.url).version == "0.32.15"


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        ({"/api/version": document({"version": "0.9.0"})}, "ollama"),
        ({"/": answer(200, b"Ollama is running")}, "ollama"),
        ({"/lmstudio-greeting": document({"lmstudio": True})}, "lm-studio"),
        ({"/v1/models": document({"error": {"message": "no key"}}, 401)}, "openai"),
        ({"/v1/models": document({"data": [{"owned_by": "llamacpp"}, 1]})}, "llama.cpp"),
        ({"/v1/models": document({"data": "x"})}, "none"),
        ({"/v1/models": document([1])}, "none"),
        ({"/health": document({"status": "ok"})}, "none"),
        ({"/api/version": document({"version": 7})}, "none"),
        ({"/api/version": document({"version": {"version": "1"}})}, "none"),
        ({"/api/version": answer(200, b"\xff\x00{"), "/": answer(200, b"")}, "none"),
    ],
)
def test_one_page_gives_a_server_away_or_none_does(pages: dict[str, Script], kind: str) -> None:
    with stranger(by_path(pages)) as server:
        assert found(server.url).kind == kind


@pytest.mark.parametrize("character", [WEBSITE, ROUTER])
def test_what_is_no_server_of_models_is_of_no_kind(character: Character) -> None:
    with serving(character) as server:
        assert found(server.url) == Server(ServerKind.NONE)


def test_localai_is_not_taken_for_ollama_though_it_answers_as_it() -> None:
    with serving(LOCALAI) as server:
        assert found(server.url).kind is ServerKind.LOCALAI


@pytest.mark.parametrize(
    "script",
    [
        lambda peer: peer.stall(),
        lambda peer: peer.reset(),
        lambda peer: peer.send(head(200, {"Content-Length": "50"}), b"{"),
    ],
)
def test_what_does_not_answer_is_of_no_kind_and_does_not_hold_for_long(script: Script) -> None:
    with stranger(script) as server, OllamaClient(server.url) as client:
        assert identify(server.url, client._http.look, seconds=0.2).kind is ServerKind.NONE


def test_the_cloud_is_known_by_its_address_and_not_asked() -> None:
    with OllamaClient("https://ollama.com") as client:
        assert client.identify().kind is ServerKind.OLLAMA_COM


def test_every_kind_has_a_name_and_a_row_of_abilities() -> None:
    assert set(NAMES) == set(CAN) == set(ServerKind)
    unseen = {"ollama.com", "open-webui", "anthropic", "none"}
    assert {clue.kind for clue in EVIDENCE} == set(ServerKind) - unseen
    for kind in set(ServerKind) - {ServerKind.OLLAMA}:
        assert CAN[kind] < CAN[ServerKind.OLLAMA]
        assert not CAN[kind] & {"pull", "rm", "cp"}


@pytest.mark.parametrize("kind", [kind for kind in ServerKind if kind != "ollama"])
def test_what_a_kind_lacks_is_told_by_name_with_something_to_do(kind: ServerKind) -> None:
    error = lacking("pull", Server(kind), "http://h:1")
    assert error.message.startswith("pull needs an Ollama server; ")
    assert NAMES[kind] in error.message
    assert error.hint
    assert error.is_named


def test_what_an_ollama_lacks_is_hidden_or_younger() -> None:
    error = lacking("ps", Server(ServerKind.OLLAMA), "http://h:1")
    assert error.message.endswith("this Ollama is too old, or a proxy hides /api/ps")


def test_the_cloud_is_never_pulled_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger(document({"version": "0.0.0"})) as server, OllamaClient(server.url) as client:
        monkeypatch.setattr(OllamaClient, "base_url", "https://ollama.com")
        with pytest.raises(OtherApiError, match=r"this is ollama\.com"):
            list(client.pull("m"))
        assert [request.path for request in server.requests] == ["/api/version"]
