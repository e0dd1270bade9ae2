"""The block that each client's settings must hold, and that it starts this program."""

import sys
from pathlib import Path

import pytest
from shell import PROGRAM, call, run

from ollama_cli.features.mcp_server.clients import block

SHAPES = {
    "claude": {"mcpServers": {"ollama": {"command", "args"}}},
    "cursor": {"mcpServers": {"ollama": {"command", "args"}}},
    "vscode": {"servers": {"ollama": {"type", "command", "args"}}},
    "zed": {"context_servers": {"ollama": {"source", "command", "args", "env"}}},
}


@pytest.mark.parametrize("client", SHAPES)
def test_each_client_has_its_shape(client: str) -> None:
    printed = run("mcp", "config", "--client", client)
    assert (printed.code, printed.err) == (0, "")
    ((key, servers),) = printed.json.items()
    assert {key: {name: set(entry) for name, entry in servers.items()}} == SHAPES[client]
    entry = servers["ollama"]
    assert (entry["command"], entry["args"]) == (PROGRAM, ["mcp", "serve"])
    assert entry.get("type", "stdio") == "stdio"


def test_it_is_for_claude_unless_told_otherwise() -> None:
    assert run("mcp", "config").json == run("mcp", "config", "--client", "claude").json


def test_another_client_is_a_mistake() -> None:
    result = call("mcp", "config", "--client", "emacs")
    assert (result.code, result.out) == (2, "")


def test_a_host_that_was_named_is_named_there_too() -> None:
    entry = run("--host", "work", "mcp", "config").json["mcpServers"]["ollama"]
    assert entry["args"] == ["--host", "work", "mcp", "serve"]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"OLLAMA_HOST": "gpu:8080"}, ["--host", "gpu:8080"]),
        ({"OLLAMA_CLI_HOST": "work", "OLLAMA_HOST": "gpu"}, ["--host", "work"]),
        ({"OLLAMA_HOST": "http://me:secret@gpu"}, []),
        ({"OLLAMA_HOST": " "}, []),
    ],
)
def test_a_host_of_a_variable_is_named_as_clients_pass_none_on(
    variables: dict[str, str], named: list[str]
) -> None:
    entry = call("mcp", "config", env=variables).json["mcpServers"]["ollama"]
    own = entry["args"][-len(named) - 2 :]
    assert (own, entry["args"].count("--host")) == ([*named, "mcp", "serve"], len(named) // 2)


def test_a_program_without_a_file_of_its_own_is_started_by_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "__main__.py")])
    entry = block("claude")["mcpServers"]["ollama"]
    assert entry["command"] == sys.executable
    assert entry["args"] == ["-m", "ollama_cli", "mcp", "serve"]
