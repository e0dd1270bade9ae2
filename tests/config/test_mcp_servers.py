"""mcp.json: what is read of it, what is refused, what is filled in."""

import json
from pathlib import Path
from typing import Any

import pytest

from ollama_cli.config.mcp_servers import McpServer, McpServers, filled, read_mcp_servers
from ollama_cli.errors import ConfigError, NotFoundError
from ollama_cli.types.secrets import hide


def read(folder: Path, document: object, mode: int = 0o600) -> McpServers:
    path = folder / "mcp.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    path.chmod(mode)
    return read_mcp_servers({}, str(path))


def one(folder: Path, entry: Any) -> McpServer:
    return read(folder, {"mcpServers": {"fs": entry}}).servers["fs"]


def test_a_command_and_an_address(tmp_path: Path) -> None:
    entry = {"command": "npx", "args": ["-y", "it"], "env": {"A": "${B}"}, "cwd": "here"}
    assert one(tmp_path, entry) == McpServer(
        "fs", "npx", ("-y", "it"), {"A": "${B}"}, str(tmp_path / "here")
    )
    url = {"url": "https://h.example/mcp", "headers": {"X-Key": "${B}"}}
    assert one(tmp_path, url) == McpServer(
        "fs", url="https://h.example/mcp", headers={"X-Key": "${B}"}
    )


def test_the_place_beside_the_config_file(tmp_path: Path) -> None:
    environ = {"OLLAMA_CLI_CONFIG": str(tmp_path / "config.toml")}
    assert read_mcp_servers(environ) == McpServers(tmp_path / "mcp.json")
    (tmp_path / "mcp.json").write_text('\ufeff{"mcpServers": {"a": {"command": "b"}}}')
    assert list(read_mcp_servers(environ).servers) == ["a"]


def test_a_named_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        read_mcp_servers({}, str(tmp_path / "none.json"))


@pytest.mark.parametrize("document", [{}, {"mcpServers": {}}])
def test_no_servers(tmp_path: Path, document: object) -> None:
    assert read(tmp_path, document).servers == {}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "is no valid JSON"),
        ("[" * 100_000, "is no valid JSON"),
        ("[]", "holds no JSON object"),
        ({"mcpServers": []}, "mcpServers is no object of servers"),
        ({"mcpServers": {"fs": "npx"}}, "fs: is no object"),
        ({"mcpServers": {" ": {"command": "a"}}}, "a server has no name"),
        ({"mcpServers": {"fs": {}}}, "fs: has neither a command nor a url"),
        (
            {"mcpServers": {"fs": {"command": "a", "url": "http://h"}}},
            "has both a command and a url",
        ),
        ({"mcpServers": {"fs": {"command": ""}}}, "fs: command is empty"),
        ({"mcpServers": {"fs": {"command": 1}}}, "fs: command is no text"),
        ({"mcpServers": {"fs": {"command": "a\0"}}}, "holds a character"),
        ({"mcpServers": {"fs": {"command": "a", "args": "b"}}}, "args is no list of texts"),
        ({"mcpServers": {"fs": {"command": "a", "args": [1]}}}, "args is no list of texts"),
        ({"mcpServers": {"fs": {"command": "a", "args": ["\0"]}}}, "args holds a character"),
        ({"mcpServers": {"fs": {"command": "a", "env": {"A": 1}}}}, "env is no object of texts"),
        ({"mcpServers": {"fs": {"command": "a", "env": {"A=": "b"}}}}, "that no variable can have"),
        ({"mcpServers": {"fs": {"url": "file:///a"}}}, "url is neither http:// nor https://"),
        (
            {"mcpServers": {"fs": {"url": "http://h", "headers": {"a b": "c"}}}},
            "no header can have",
        ),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, document: object, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, document)
    assert told in caught.value.message
    assert str(tmp_path / "mcp.json") in caught.value.message


def test_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    found = read(tmp_path, {"mcpserver": {}, "mcpServers": {"fs": {"command": "a", "agrs": []}}})
    place = tmp_path / "mcp.json"
    assert found.warnings == (
        f"{place}: unknown key 'mcpserver': did you mean mcpServers?",
        f"{place}: fs: unknown key 'agrs': did you mean args?",
    )


@pytest.mark.parametrize(
    ("entry", "is_warned"),
    [
        ({"url": "http://h", "headers": {"Authorization": "Bearer abc"}}, True),
        ({"url": "http://h", "headers": {"Authorization": "Bearer ${ABC}"}}, False),
        ({"command": "a", "env": {"API_KEY": "abc"}}, True),
        ({"command": "a", "env": {"PLACE": "abc"}}, False),
    ],
)
def test_a_secret_that_others_may_read_is_warned_of(
    tmp_path: Path, entry: object, is_warned: bool
) -> None:
    found = read(tmp_path, {"mcpServers": {"fs": entry}}, 0o644)
    assert bool(found.warnings) is is_warned
    assert read(tmp_path, {"mcpServers": {"fs": entry}}).warnings == ()


def test_variables_are_filled_in_and_their_secrets_kept() -> None:
    server = McpServer(
        "fs",
        "a",
        ("${B}",),
        env={"MY_TOKEN": "x${B}-${C}", "D": "${C}$"},
        headers={"Authorization": "Bearer ${B}"},
    )
    found = filled(server, {"B": "abcdefgh1", "C": ""}, "mcp.json")
    assert found.args == ("${B}",)
    assert found.env == {"MY_TOKEN": "xabcdefgh1-", "D": "$"}
    assert found.headers == {"Authorization": "Bearer abcdefgh1"}
    assert hide("it said abcdefgh1!") == "it said ***!"
    assert "abcdefgh1" not in repr(found)


@pytest.mark.parametrize(
    ("text", "hint"), [("${NONE}", "set it: `export NONE=…`"), ("${a-b}", "write ${NAME}")]
)
def test_a_variable_that_is_not_set(text: str, hint: str) -> None:
    with pytest.raises(ConfigError, match="needs it") as caught:
        filled(McpServer("fs", url="http://h", headers={"X": text}), {}, "mcp.json")
    assert caught.value.hint == hint
