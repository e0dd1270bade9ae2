"""`doctor`: every rung of a server that is well, and how the ladder is told."""

import re

import pytest
from dead_ports import closed_port
from diagnoses import (
    CHECKS,
    OLLAMA,
    QUIET,
    TAGS,
    VERSION,
    Server,
    at,
    doctor,
    failure,
    notes,
    ollama,
)
from hostile import answer, by_path, document, lines
from shell import call, run
from terminals import Terminal

from ollama_cli import __version__
from ollama_cli.cli import versions

MODELS = [{"name": "m:latest", "capabilities": ["completion"]}]
DEFAULT_LINE = {"model": "m", "message": {"content": ""}, "done": False}


def test_all_is_well(demo: str) -> None:
    result = run("--host", demo, "doctor")
    assert (result.code, result.err) == (0, "")
    told = [re.split(r" {2,}", line[2:]) for line in result.out.splitlines()]
    assert [row[0] for row in told] == CHECKS
    assert {line[0] for line in result.out.splitlines()} == {"✓", "-"}
    assert told[0][-1] == f"{demo} (from --host)"
    assert told[3] == ["tls", "not used: the address says http"]
    assert [row[-1] for row in told[5:7]] == ["Ollama", "0.32.15"]
    assert told[7][-1] in {"2: demo:latest, demo-embed:latest", "2: demo-embed:latest, demo:latest"}
    assert told[8][-1] == "demo:latest, as none is set"
    assert told[9][-1] == "demo:latest writes"


def test_the_document_when_all_is_well(demo: str) -> None:
    result = call("doctor", "-o", "json", env={"OLLAMA_HOST": demo})
    assert (result.code, result.err) == (0, "")
    found = result.json
    rungs = found.pop("rungs")
    about = found.pop("about")
    assert found == {
        "schema": "ollama-cli/doctor/1",
        "ok": True,
        "exit": 0,
        "base_url": demo,
        "kind": "ollama",
        "version": "0.32.15",
        "model": "demo:latest",
    }
    assert about["ollama-cli"] == __version__
    assert about["libraries"] == versions.about().libraries
    assert [rung["name"] for rung in rungs] == CHECKS
    assert all(rung["seconds"] >= 0 for rung in rungs if rung["status"] == "ok")
    assert list(rungs[0]) == [
        "name", "status", "message", "value", "seconds", "notes", "hint", "code", "http_status",
        "command", "exit",
    ]  # fmt: skip


def test_the_document_is_the_verdict_also_where_it_fails() -> None:
    host = f"http://{QUIET}:{closed_port(QUIET)}"
    result = doctor("-o", "json", env={"OLLAMA_HOST": host})
    assert (result.code, result.err) == (3, "")
    assert (result.json["ok"], result.json["exit"], result.json["base_url"]) == (False, 3, host)


def test_a_bug_report_holds_versions_rungs_and_no_secret(demo: str) -> None:
    host = demo.replace("://", "://me:hunter2@")
    result = doctor("-o", "markdown", env={"OLLAMA_HOST": host, "HTTP_PROXY": "http://a:b@c"})
    assert result.code == 0
    assert result.out.startswith("### ollama-cli doctor\n\n- ollama-cli: ")
    out = re.sub(r"\| [\d.]+ m?s \|", "| TIME |", result.out)
    assert "| version | ok | TIME | 0.32.15 |" in out
    assert f"| address | note | TIME | {demo} (from OLLAMA_HOST); note: the proxy" in out
    assert "hunter2" not in result.out
    assert "a:b" not in result.out


def test_a_bug_report_does_not_tell_where_the_user_lives(tmp_path: object, demo: str) -> None:
    path = f"{tmp_path}/ollama-cli/config.toml"
    env = {"OLLAMA_CLI_CONFIG": path, "HOME": str(tmp_path)}
    assert call("config", "set", "host", demo, env=env).code == 0
    result = doctor("-o", "markdown", env=env)
    assert f"{demo} (from ~/ollama-cli/config.toml)" in result.out
    assert str(tmp_path) not in result.out


def test_without_a_token_nothing_is_posted() -> None:
    with Server(ollama) as server:
        code, rungs = at(server.url, "--no-token")
        assert {request.method for request in server.requests} == {"GET"}
    assert code == 0
    assert (rungs["token"]["status"], rungs["token"]["message"]) == ("skipped", "not asked for")


def test_one_token_is_asked_for() -> None:
    with Server(ollama) as server:
        assert at(server.url)[0] == 0
        (asked,) = (request.json for request in server.requests if request.method == "POST")
    assert asked["options"] == {"num_predict": 1}
    assert asked["model"] == "m:latest"


def test_no_model_is_installed() -> None:
    empty = by_path({"/api/version": VERSION, "/api/tags": document({"models": []})})
    with Server(empty) as server:
        assert failure(server.url) == (
            4, "models", "no model is installed", "ollama-cli models pull llama3.2"
        )  # fmt: skip


def test_the_model_that_is_set_is_missing() -> None:
    with Server(ollama) as server:
        code, rung, cause, command = failure(server.url, env={"OLLAMA_CLI_MODEL": "m2"})
        assert (code, rung, cause) == (4, "default model", "model 'm2' is not installed")
        assert command == "ollama-cli models pull m2"
        assert failure(server.url, "-m", "qwen3:4b")[3] == "ollama-cli models pull qwen3:4b"


def test_no_model_can_chat() -> None:
    tags = {"models": [{"name": "e:latest", "capabilities": ["embedding"]}]}
    with Server(by_path({**OLLAMA, "/api/tags": document(tags)})) as server:
        code, rung, cause, command = failure(server.url)
    assert (code, rung, command) == (4, "default model", "ollama-cli models pull llama3.2")
    assert cause == "none of the installed models can chat"


def test_no_prompt_leaves_where_that_is_ruled_out() -> None:
    remote = {"name": "m:latest", "capabilities": ["completion"], "remote_host": "ollama.com"}
    with Server(by_path({**OLLAMA, "/api/tags": document({"models": [remote]})})) as server:
        assert at(server.url)[0] == 0
        before = len(server.requests)
        env = {"OLLAMA_CLI_LOCAL_ONLY": "true"}
        code, rung, cause, command = failure(server.url, env=env)
        assert "/api/chat" not in {request.path for request in server.requests[before:]}
    assert (code, rung, command) == (4, "default model", "ollama-cli models pull llama3.2")
    assert cause == "none of the models that the settings allow can chat"


def test_the_model_does_not_write() -> None:
    broken = document({"error": "llama-server process has terminated"}, 500)
    with Server(by_path({**OLLAMA, "/api/chat": broken})) as server:
        code, rung, cause, command = failure(server.url)
        assert (code, rung, command) == (5, "token", "ollama-cli models pull llama3.2")
        assert cause == "llama-server process has terminated"
        command = failure(server.url, env={"OLLAMA_CLI_MODEL": "m"})[3]
        assert command == "ollama-cli models pull m:latest"
    two = document({"models": [*MODELS, {**MODELS[0], "name": "n:latest"}]})
    with Server(by_path({**OLLAMA, "/api/tags": two, "/api/chat": broken})) as server:
        assert failure(server.url)[3] == "ollama-cli config set model n:latest"
        command = failure(server.url, env={"OLLAMA_CLI_MODEL": "m"})[3]
        assert command == "export OLLAMA_CLI_MODEL=n:latest"
        assert failure(server.url, "-m", "m")[3] == "ollama-cli doctor --model n:latest"


def test_the_model_takes_too_long() -> None:
    with Server(by_path({**OLLAMA, "/api/chat": lambda peer: peer.stall()})) as server:
        env = {"OLLAMA_CLI_FIRST_TOKEN_TIMEOUT": "0.3"}
        code, rung, cause, command = failure(server.url, env=env)
    assert (code, rung, command) == (7, "token", "ollama-cli --timeout 1800 doctor")
    assert "went silent" in cause


@pytest.mark.parametrize(
    ("version", "told", "command"),
    [
        ("0.0.0", "somebody's own build; it is taken for a new one", None),
        ("main", "'main' cannot be read as a version; the server is taken for a new one", None),
        ("", "it tells none that can be read; the server is taken for a new one", None),
        ("v0.21.3", "too old for `--think max` (0.22.0)", "curl -fsSL https://ollama.com/install"),
        ("0.15", "too old for the context that `models ps` shows (0.15.5), `--think", "curl"),
    ],
)
def test_an_odd_version_is_a_note(version: str, told: str, command: str | None) -> None:
    told_by = {
        "/api/version": document({"version": version}),
        "/": answer(200, b"Ollama is running"),
    }
    with Server(by_path({**OLLAMA, **told_by})) as server:
        ((message, given),) = notes(server.url, "version")
    assert message.startswith(told)
    assert (given or "").startswith(command or "")
    assert (given is None) == (command is None)


@pytest.mark.parametrize("version", ["0.32", "v0.33.0-rc2", "1.0"])
def test_a_version_written_otherwise_is_no_note(version: str) -> None:
    with Server(by_path({**OLLAMA, "/api/version": document({"version": version})})) as server:
        code, rungs = at(server.url)
    assert (code, rungs["version"]["status"], rungs["version"]["value"]) == (0, "ok", version)


def test_a_setting_that_cannot_be_read_is_told_as_ever() -> None:
    result = call("doctor", env={"OLLAMA_HOST": "http://h?x=1"})
    assert (result.code, result.out) == (10, "")
    assert "(from OLLAMA_HOST)" in result.err


def test_on_a_narrow_terminal_nothing_is_cut_and_a_command_stays_whole() -> None:
    with Server(by_path({"/api/version": VERSION, "/api/tags": answer(401)})) as server:
        with Terminal("--host", f"{server.url}/v1", "doctor", columns=60) as terminal:
            assert terminal.end() == 6
        lines_shown = terminal.lines
    assert max(map(len, lines_shown)) <= 60
    assert any(f"`ollama-cli --host {server.url} doctor`" in line for line in lines_shown)
    assert any(line.startswith("✗ models") for line in lines_shown)
    assert any(line.startswith("- token") for line in lines_shown)


def test_colour_is_left_out_where_it_is_not_wanted(demo: str) -> None:
    with Terminal("--host", demo, "doctor", env={"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 0
        assert terminal.colours == set()
    with Terminal("--host", demo, "doctor") as terminal:
        assert terminal.end() == 0
        assert b"\x1b[32m" in terminal.colours


def test_a_model_that_loads_is_told_on_a_terminal() -> None:
    def slowly(peer: object) -> None:
        peer.left(0.4)  # type: ignore[attr-defined]  # a Peer
        lines({**DEFAULT_LINE, "done": True, "message": {"content": "x"}})(peer)  # type: ignore[arg-type]  # likewise

    with (
        Server(by_path({**OLLAMA, "/api/tags": TAGS, "/api/chat": slowly})) as server,
        Terminal("--host", server.url, "doctor") as terminal,
    ):
        terminal.expect("loading m:latest")
        assert terminal.end() == 0
        assert "loading" not in terminal.shown
