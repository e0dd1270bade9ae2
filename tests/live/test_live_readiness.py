"""A real server: what it lacks is not pulled unasked, what it gives is told, and it is started."""

import os
import signal
import time
from pathlib import Path

import pytest
from installed_servers import free_address, is_up
from shell import run
from terminals import Terminal

from ollama_cli.system import processes

pytestmark = pytest.mark.live

MISSING = "no-such-model-is-installed"


def test_a_missing_model_is_not_pulled_unasked(live: str) -> None:
    result = run("chat", "hi", "-m", MISSING, "--host", live)
    assert result.code == 4
    pulls = f"`ollama-cli --host {live} models pull {MISSING}`, or have it pulled with --auto-pull"
    assert pulls in result.err


def test_a_missing_model_is_not_pulled_after_a_no(live: str) -> None:
    with Terminal("chat", "hi", "-m", MISSING, "--host", live) as terminal:
        terminal.expect(f"pull {MISSING} (size unknown)? [y/N]")
        terminal.send("n\n")
        assert terminal.end() == 4
        assert "not found" in terminal.shown


def test_less_context_than_was_asked_for_is_told(live: str, model: str) -> None:
    args = ("generate", "hi", "-m", model, "--max-tokens", "2", "--host", live)
    told = run(*args, "--num-ctx", "10000000").err
    assert "warning: the server gave a context of " in told
    assert "tokens, not the 10000000 of num_ctx\n" in told
    assert "num_ctx" not in run(*args, "--num-ctx", "64").err


@pytest.mark.usefixtures("live")
def test_it_is_started(tmp_path: Path) -> None:
    if processes.find(os.environ) is None:
        pytest.skip("ollama is not in PATH")
    address = free_address()
    env = {"OLLAMA_CLI_AUTO_START": "always", "OLLAMA_MODELS": str(tmp_path / "models")}
    result = run("models", "list", "-o", "name", "--host", address, env=env, at=tmp_path)
    try:
        assert (result.code, result.out) == (0, ""), result.err
        assert is_up(address)
    finally:
        _end(address)


def _end(address: str) -> None:
    """End the server that listens there, which is no child of ours."""
    wanted = f"OLLAMA_HOST={address}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_it = wanted in (process / "environ").read_bytes().split(b"\0")
        except OSError:  # somebody else's, or gone
            continue
        if is_it and b"serve" in (process / "cmdline").read_bytes().split(b"\0"):
            os.kill(int(process.name), signal.SIGTERM)
    end = time.monotonic() + 10
    while is_up(address):
        assert time.monotonic() < end
        time.sleep(0.05)
