"""Where a file, a tool or an MCP server may stand, these are offered, and no model."""

import json
from pathlib import Path

import pytest
from completions import completed
from hostile import Server, document


def settings(at: Path, servers: object) -> dict[str, str]:
    path = at / "c.toml"
    path.write_text("[tools.diff]\nargv = ['git']\n", encoding="utf-8")
    path.with_name("mcp.json").write_text(json.dumps({"mcpServers": servers}))
    return {"OLLAMA_CLI_CONFIG": str(path)}


@pytest.mark.parametrize("command", ["mcp tools", "mcp call"])
def test_names_of_mcp_servers_are_offered_and_none_is_started(command: str, tmp_path: Path) -> None:
    started = {"command": "touch", "args": [str(tmp_path / "ran")]}
    env = settings(tmp_path, {"fs": started, "web": {"url": "http://h/"}, "$(evil)": started})
    line = f"ollama-cli {command} --server "
    assert completed(line, tmp_path, env) == ["fs", "web"]
    assert completed(f"{line}w", tmp_path, env) == ["web"]
    other = tmp_path / "other.json"
    other.write_text('{"mcpServers": {"mine": {"command": "x"}}}')
    line = f"ollama-cli {command} --mcp-config {other} --server "
    assert completed(line, tmp_path, env) == ["mine"]
    assert not (tmp_path / "ran").exists()


def test_tools_are_servers_programs_and_files(tmp_path: Path) -> None:
    env = settings(tmp_path, {"fs": {"command": "x"}})
    line = "ollama-cli chat --tools "
    assert completed(line, tmp_path, env) == ["fs", "cmd:diff"]
    assert completed(f"{line}wea", tmp_path, env) == [":files"]


@pytest.mark.parametrize("servers", [[], {"fs": {}}])
def test_a_file_that_cannot_be_read_offers_none(servers: object, tmp_path: Path) -> None:
    env = settings(tmp_path, servers)
    assert completed("ollama-cli mcp tools --server ", tmp_path, env) == []
    (tmp_path / "c.toml").write_text("[")
    assert completed("ollama-cli chat --tools ", tmp_path, env) == [":files"]


@pytest.mark.parametrize(
    "line",
    ["mcp tools --mcp-config ", "chat --mcp-config ", "sessions export --file ", "models ensure "],
)
def test_files_are_left_to_the_shell(line: str, tmp_path: Path) -> None:
    assert completed(f"ollama-cli {line}", tmp_path) == [":files"]


def test_a_variable_is_no_model(tmp_path: Path) -> None:
    with Server(document({"models": [{"name": "llama3:8b"}]})) as server:
        line = f"ollama-cli --host {server.url} mcp serve --token-env "
        assert completed(line, tmp_path) == []
        assert server.connections == 0
