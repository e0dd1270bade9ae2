"""Somebody without a home: no config, no cache, no history, and the command goes on."""

import subprocess
import sys
from pathlib import Path

import pytest
from hostile import Server, by_path, document, lines
from shell import Result

TAGS = document({"models": [{"name": "m:latest", "capabilities": ["completion"]}]})
DONE = {"model": "m", "message": {"content": "ok"}, "response": "ok", "done": True}
OLLAMA = by_path(
    {
        "/api/version": document({"version": "0.32.15"}),
        "/api/tags": TAGS,
        "/api/ps": document({"models": []}),
        "/api/chat": lines(DONE),
        "/api/generate": lines(DONE),
        "/api/pull": lines({"status": "success"}),
        "/api/show": document({"capabilities": ["completion"]}),
    }
)
# A user whose number has no name, as in a container that is run with `--user 12345`.
NOBODY = """
import pwd, runpy, sys

def nobody(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")

pwd.getpwuid = nobody
sys.argv = ["ollama-cli", *sys.argv[1:]]
runpy.run_module("ollama_cli", run_name="__main__")
"""
TRAP = (
    '[ollama]\nmodel = "evil"\nlocal_only = true\n[hosts.x]\nurl = "{url}"\napi_key_cmd = "{cmd}"\n'
)
HOMES: list[dict[str, str]] = [
    {},
    {"HOME": ""},
    {"HOME": "here"},
    {"XDG_CONFIG_HOME": "here/.config", "XDG_CACHE_HOME": "here", "XDG_STATE_HOME": "here"},
]


def run(folder: Path, *args: str, env: dict[str, str]) -> Result:
    done = subprocess.run(
        [sys.executable, "-c", NOBODY, *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"OLLAMA_CLI_REGISTRY": "none", **env},
        cwd=folder,
        timeout=30,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def listing(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A folder with what would be found in it, were a path of ours relative."""
    for place in ("~/.config", "here/.config", ".config"):
        path = tmp_path / place / "ollama-cli" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(TRAP.format(url="http://127.0.0.1", cmd=f"touch {tmp_path}/stolen"))
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="users have numbers elsewhere")
@pytest.mark.parametrize("env", HOMES)
def test_commands_go_on_and_nothing_is_read_or_written_here(
    trapped: Path, env: dict[str, str]
) -> None:
    before = listing(trapped)
    with Server(OLLAMA) as server:
        for words, out in (
            (["chat", "hi"], "ok\n"),
            (["models", "pull", "m"], ""),
            (["hosts", "list", "-o", "name"], ""),
        ):
            result = run(trapped, "--host", server.url, *words, env=env)
            assert (result.code, result.out) == (0, out), result.err
            assert "Traceback" not in result.err
            assert "warning" not in result.err
        assert not any("Authorization" in request.headers for request in server.requests)
    assert listing(trapped) == before


@pytest.mark.skipif(sys.platform == "win32", reason="users have numbers elsewhere")
@pytest.mark.parametrize("words", [["set", "model", "m"], ["path"]])
def test_what_has_to_be_kept_somewhere_is_refused(tmp_path: Path, words: list[str]) -> None:
    result = run(tmp_path, "config", *words, env={"HOME": "here"})
    assert (result.code, result.out) == (10, "")
    assert result.err == (
        "error: there is no home folder, and so no config file\n"
        "hint: set HOME to a folder of yours, or name the file itself in OLLAMA_CLI_CONFIG\n"
    )
    named = {"OLLAMA_CLI_CONFIG": "mine.toml"}
    assert run(tmp_path, "config", *words, env=named).code == 0
    assert listing(tmp_path) == (["mine.toml"] if words[0] == "set" else [])


@pytest.mark.skipif(sys.platform == "win32", reason="users have numbers elsewhere")
def test_no_history_is_told_as_such(tmp_path: Path) -> None:
    result = run(tmp_path, "models", "history", env={})
    assert result.code == 0
    assert "note: pulls are not written down: there is no home folder\n" in result.err
    assert run(tmp_path, "models", "history", "--clear", "--yes", env={}).code == 0
