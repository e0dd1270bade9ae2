"""`doctor` on servers that are not Ollama, and what it obeys: each kind is named, and cured."""

import os
from pathlib import Path

import pytest
from dead_ports import closed_port
from diagnoses import OLLAMA, QUIET, Server, at, doctor, failure, notes
from hostile import Peer, Script, answer, by_path, document, page
from other_servers import (
    KINDS,
    LM_STUDIO,
    LOCALAI,
    VLLM,
    Character,
    says,
    serving,
)
from shell import call
from terminals import Terminal

NAMES = {
    "llama.cpp": ("a llama.cpp server", "llama.cpp", "llama-server -m FILE"),
    "llama.cpp behind a proxy": ("a llama.cpp server", "llama.cpp", "llama-server -m FILE"),
    "vLLM": ("vLLM", "vllm", "vllm serve MODEL"),
    "LM Studio": ("LM Studio", "lm-studio", "lms get"),
    "an old LocalAI": ("LocalAI", "localai", "local-ai models install NAME"),
    "only /v1": ("an OpenAI-compatible server", "openai", "ollama-cli -vv doctor"),
}
MODELS = {"data": [{"id": "q", "object": "model", "owned_by": "vllm"}]}
GUARDED = {
    "/v1/models": document({"error": "Unauthorized"}, 401),
    "/api/version": document({"detail": "Not Found"}, 404),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_named_and_writes_its_token(kind: str) -> None:
    name, value, _ = NAMES[kind]
    with serving(KINDS[kind]) as server:
        code, rungs = at(server.url)
        assert server.posts("/v1/chat/completions") == 1
        assert server.changes == []
    assert (code, rungs["api"]["message"], rungs["api"]["value"]) == (0, name, value)
    assert rungs["models"]["message"] == "2: demo:latest, demo-embed:latest"
    assert rungs["token"]["message"] == "demo:latest writes"


@pytest.mark.parametrize("kind", ["LM Studio", "an old LocalAI", "only /v1"])
def test_each_kind_gets_a_model_in_its_own_way(kind: str) -> None:
    character, command = KINDS[kind], NAMES[kind][2]
    empty = {**character.pages, "/v1/models": says({"data": []})}
    bare = Character(character.unknown, empty, character.server, has_v1=False)
    with serving(bare) as server:
        assert failure(server.url) == (4, "models", "no model is installed", command)


def test_versions_are_told_where_there_are_any() -> None:
    with serving(VLLM) as server, serving(LOCALAI) as other:
        assert at(server.url)[1]["version"]["value"] == "0.11.0"
        assert at(other.url, "--no-token")[1]["version"]["value"] == "v4.9.0 (f7ad3f7)"


def test_a_model_that_another_kind_lacks_is_replaced_by_one_that_it_has() -> None:
    with serving(LM_STUDIO) as server:
        env = {"OLLAMA_CLI_MODEL": "nope"}
        code, rung, cause, command = failure(server.url, env=env)
        assert (code, rung, cause) == (4, "default model", "model 'nope' is not installed")
        assert command == "export OLLAMA_CLI_MODEL=demo:latest"
        assert server.changes == []


def test_an_api_that_is_set_and_not_spoken() -> None:
    with serving(LM_STUDIO) as server:
        code, rung, cause, command = failure(server.url, env={"OLLAMA_CLI_API": "native"})
    assert (code, rung, command) == (5, "api", "export OLLAMA_CLI_API=auto")
    assert cause.startswith("this is LM Studio, which does not speak Ollama's own API")


def test_what_was_seen_a_while_ago_is_looked_at_anew() -> None:
    with serving(LM_STUDIO) as server:
        port = int(server.url.rpartition(":")[2])
        assert call("--host", server.url, "health").code == 0
    with Server(by_path(OLLAMA), port=port) as ollama:
        code, rungs = at(ollama.url)
    assert (code, rungs["api"]["message"]) == (0, "Ollama")


@pytest.mark.parametrize("status", [404, 200])
def test_a_gateway_that_answers_unknown_paths_with_a_page(status: int) -> None:
    scripts = {"/v1/models": document(MODELS)}

    def gateway(peer: Peer) -> None:
        scripts.get(peer.request.path, page(status))(peer)

    with Server(gateway) as server:
        code, rungs = at(server.url, "--no-token")
    assert (code, rungs["api"]["message"]) == (0, "vLLM")


@pytest.mark.parametrize(
    ("script", "rung", "told"),
    [
        (by_path(GUARDED), "models", "the server refuses: Unauthorized"),
        (by_path({**GUARDED, "/v1/models": answer(401)}), "api",
         "the server refuses: HTTP 401 Unauthorized"),
        (by_path({**OLLAMA, "/api/tags": answer(401)}), "models",
         "the server refuses: HTTP 401 Unauthorized"),
    ],
)  # fmt: skip
def test_a_key_that_is_wanted_on_a_later_rung(script: Script, rung: str, told: str) -> None:
    with Server(script) as server:
        assert failure(server.url) == (6, rung, told, "export OLLAMA_CLI_API_KEY=KEY")
        env = {"OLLAMA_CLI_API_KEY": "sesame-open"}
        code, _, cause, _ = failure(server.url, env=env)
        assert cause == f"{told}; it was shown the key from OLLAMA_CLI_API_KEY"
        typed = doctor("--json", "--host", server.url).json["rungs"]
    (command,) = (each["command"] for each in typed if each["status"] == "failed")
    assert command == f"ollama-cli --host {server.url} --api-key-env NAME doctor"
    assert code == 6


def test_a_sign_in_says_where() -> None:
    wants = document({"error": "unauthorized", "signin_url": "https://example.test/c"}, 401)
    with Server(by_path({**OLLAMA, "/api/chat": wants})) as server:
        result = doctor(env={"OLLAMA_HOST": server.url})
    assert result.code == 6
    assert "hint: sign in: `ollama signin`, or open https://example.test/c" in result.out


def test_a_command_is_for_the_server_that_was_named() -> None:
    with Server(by_path({**OLLAMA, "/api/tags": document({"models": []})})) as server:
        result = doctor("--json", "--host", server.url, "--timeout", "9")
    (rung,) = (each for each in result.json["rungs"] if each["status"] == "failed")
    assert rung["command"] == f"ollama-cli --host {server.url} --timeout 9 models pull llama3.2"


def test_a_password_is_in_no_command() -> None:
    with Server(by_path({**OLLAMA, "/api/tags": document({"models": []})})) as server:
        url = server.url.replace("://", "://me:hunter2-x@")
        result = doctor("--json", "--host", f"{url}/api/tags")
    first, *_, failed = (each for each in result.json["rungs"] if each["status"] != "ok")
    assert "hunter2" not in result.out
    told = f"ollama-cli --host {server.url.replace('://', '://USER:PASSWORD@')} doctor"
    assert first["notes"][0]["command"] == told
    assert failed


def test_v1_of_ollama_is_told_where_its_model_runs() -> None:
    remote = {"model_info": {}, "remote_host": "https://example.test"}
    scripts = {**OLLAMA, "/v1/models": document(MODELS), "/api/show": document(remote)}
    with Server(by_path(scripts)) as server:
        env = {"OLLAMA_CLI_LOCAL_ONLY": "true", "OLLAMA_CLI_MODEL": "q"}
        code, rung, cause, _ = failure(f"{server.url}/v1", env=env)
        asked = {request.path for request in server.requests}
    assert (code, rung) == (13, "default model")
    assert cause == "model 'q' runs on https://example.test, and local_only is set"
    assert not asked & {"/v1/chat/completions", "/api/chat"}


def test_a_public_host_is_not_even_looked_up_where_that_is_ruled_out() -> None:
    env = {"OLLAMA_CLI_LOCAL_ONLY": "true"}
    assert failure("https://ollama.example.com", env=env) == (
        13, "address", "https://ollama.example.com:443 is a public host, and local_only is set",
        "export OLLAMA_HOST=http://127.0.0.1:11434",
    )  # fmt: skip


def test_a_model_that_is_not_allowed_writes_no_token() -> None:
    rows = [{"name": name, "capabilities": ["completion"]} for name in ("m:latest", "n:latest")]
    with Server(by_path({**OLLAMA, "/api/tags": document({"models": rows})})) as server:
        env = {"OLLAMA_CLI_ALLOWED_MODELS": "n*"}
        assert at(server.url, env=env)[1]["token"]["message"] == "n:latest writes"
        before = len(server.requests)
        code, rung, cause, command = failure(server.url, "-m", "m", env=env)
        assert (code, rung, command) == (13, "default model", "ollama-cli doctor --model n:latest")
        assert cause == "model 'm' is not allowed: allowed_models has n*"
        env = {"OLLAMA_CLI_ALLOWED_MODELS": "x:1b"}
        assert failure(server.url, env=env)[3] == "ollama-cli models pull x:1b"
        assert "/api/chat" not in {each.path for each in server.requests[before:]}


def test_no_server_is_started_and_nothing_is_pulled(tmp_path: Path) -> None:
    program = tmp_path / "ollama"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    program.chmod(0o755)
    env = {"OLLAMA_CLI_AUTO_START": "always", "OLLAMA_CLI_AUTO_PULL": "always"}
    env["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    assert failure(f"{QUIET}:{closed_port(QUIET)}", env=env)[:2] == (3, "tcp")
    assert not (tmp_path / "started").exists()
    with Server(by_path(OLLAMA)) as server:
        assert failure(server.url, env={**env, "OLLAMA_CLI_MODEL": "nope"})[0] == 4
        assert "/api/pull" not in {request.path for request in server.requests}


def test_requests_are_logged_where_that_is_wanted() -> None:
    with Server(by_path(OLLAMA)) as server:
        result = doctor("-v", env={"OLLAMA_HOST": server.url})
        quiet = doctor(env={"OLLAMA_HOST": server.url})
    logged = [line.split()[:2] for line in result.err.splitlines()]
    asked = ["/api/version", "/api/version", "/api/tags"]  # by the doctor, then as commands do
    assert logged[:3] == [["GET", server.url + path] for path in asked]
    assert ["POST", f"{server.url}/api/chat"] in logged
    assert quiet.err == ""


def test_a_version_that_only_other_pages_tell_of() -> None:
    with Server(by_path({**OLLAMA, "/api/version": answer(404, b"404 page not found"),
                         "/": answer(200, b"Ollama is running")})) as server:  # fmt: skip
        ((message, command),) = notes(server.url, "version")
    assert message == "too old to tell its version"
    assert command is not None


def test_more_models_than_fit_are_counted() -> None:
    rows = [{"name": f"m{n}:latest", "capabilities": ["completion"]} for n in range(7)]
    with Server(by_path({**OLLAMA, "/api/tags": document({"models": rows})})) as server:
        told = at(server.url, "--no-token")[1]["models"]["message"]
    assert told == "7: m0:latest, m1:latest, m2:latest, m3:latest, m4:latest and 2 more"


def test_logged_requests_have_lines_of_their_own_on_a_terminal() -> None:
    def slowly(peer: Peer) -> None:
        peer.left(1.0)
        OLLAMA["/api/chat"](peer)

    with (
        Server(by_path({**OLLAMA, "/api/chat": slowly})) as server,
        Terminal("-v", "--host", server.url, "doctor") as terminal,
    ):
        assert terminal.end() == 0
        assert any(line.startswith(f"POST {server.url}/api/chat 200") for line in terminal.lines)
