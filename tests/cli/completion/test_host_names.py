"""Names of hosts stand where an address may, and a shell that asks a server shows it its key."""

from pathlib import Path

import pytest
from completions import completed
from hostile import Server, document

KEY = "sk-0123456789"
TAGS = document({"models": [{"name": "llama3:8b"}]})


def config(at: Path, text: str) -> dict[str, str]:
    path = at / "c.toml"
    path.write_text(text, encoding="utf-8")
    return {"OLLAMA_CLI_CONFIG": str(path)}


@pytest.mark.parametrize("line", ["--host ", "models list --host ", "hosts rm ", "hosts add "])
def test_names_of_hosts_are_offered(line: str, tmp_path: Path) -> None:
    text = "[hosts.work]\nurl = 'h'\n[hosts.gpu]\nurl = 'g'\n[hosts.'$(evil)']\nurl = 'e'\n"
    found = completed(f"ollama-cli {line}", tmp_path, config(tmp_path, text))
    assert found[:2] == ["work", "gpu"]
    assert "$(evil)" not in found
    assert completed(f"ollama-cli {line}wo", tmp_path, config(tmp_path, text)) == ["work"]


@pytest.mark.parametrize("text", ["[hosts.work]\n", "hosts = 1", "["])
def test_a_file_that_cannot_be_read_offers_none(text: str, tmp_path: Path) -> None:
    assert completed("ollama-cli hosts rm ", tmp_path, config(tmp_path, text)) == []


def test_the_server_is_shown_its_key(tmp_path: Path) -> None:
    with Server(TAGS) as server:
        text = f"[hosts.work]\nurl = '{server.url}'\napi_key = '{KEY}'\nheaders = {{X-A = 'b'}}\n"
        line = "ollama-cli --host work run "
        assert completed(line, tmp_path, config(tmp_path, text)) == ["llama3:8b"]
        [request] = server.requests
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        assert request.headers["X-A"] == "b"


def test_no_command_runs_and_nobody_is_asked_for_a_shell_that_waits(tmp_path: Path) -> None:
    with Server(TAGS) as server:
        text = f"[hosts.work]\nurl = '{server.url}'\napi_key_cmd = 'touch {tmp_path}/ran'\n"
        assert completed("ollama-cli --host work run ", tmp_path, config(tmp_path, text)) == []
        unset = "ollama-cli --host work --api-key-env UNSET run "
        assert completed(unset, tmp_path, config(tmp_path, text)) == []
        assert server.connections == 0
    assert not (tmp_path / "ran").exists()
