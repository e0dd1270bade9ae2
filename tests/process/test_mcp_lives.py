"""No MCP server outlives the command, whatever ends that."""

import signal
import subprocess
from pathlib import Path

import pytest
from lives import is_alive
from mcp_servers import server
from shell import bash, ended, start
from waits import until

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


def pid_in(log: Path) -> int:
    return int(log.read_text().split("\n")[0].removeprefix("pid "))


def calling(log: Path, *behaviours: str) -> subprocess.Popen[bytes]:
    """Start a call that lasts, and wait until the server is at it."""
    words = ("call", "sleep", "--", *server("legacy", *behaviours, log=log))
    process = start("mcp", *words)
    until(lambda: log.exists() and "tools/call sleep" in log.read_text())
    return process


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_in_mid_call(number: int, code: int, tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = calling(log)
    process.send_signal(number)
    done = ended(process)
    assert (done.code, done.out, done.err) == (code, "", "")
    until(lambda: not is_alive(pid_in(log)))


def test_a_signal_in_mid_call_of_one_that_ignores_everything(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = calling(log, "stubborn")
    process.send_signal(signal.SIGTERM)
    assert ended(process).code == 143
    until(lambda: not is_alive(pid_in(log)))


def test_a_signal_before_the_handshake(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start("mcp", "tools", "--", *server("silent", log=log))
    until(log.exists)
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130
    until(lambda: not is_alive(pid_in(log)))


def test_one_whose_user_is_killed_sees_the_end_of_its_input(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start("mcp", "call", "sleep", "--arg", "seconds=0.5", "--", *server(log=log))
    until(lambda: log.exists() and "tools/call sleep" in log.read_text())
    process.kill()
    ended(process)
    until(lambda: not is_alive(pid_in(log)))


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = " ".join(server("legacy", log=log))
    done = bash(f"ollama-cli mcp call big --arg bytes=9000000 -- {words} | head -c 1; echo")
    assert (done.out, done.err) == ("a\n", "")
    until(lambda: not is_alive(pid_in(log)))
