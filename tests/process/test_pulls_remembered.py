"""The history holds what happened to whole processes: killed, interrupted, two at once."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shell import call, ended, run, start

from ollama_cli.demo import DemoServer


@pytest.fixture
def slow() -> Iterator[str]:
    with DemoServer(bytes_per_second=4_000_000) as server:
        yield server.url


def history(at: Path, *args: str) -> list[dict[str, Any]]:
    pulls: list[dict[str, Any]] = call("models", "history", "--json", *args, at=at).json["pulls"]
    return pulls


def under_way(url: str, at: Path, name: str) -> subprocess.Popen[bytes]:
    """Start a pull and wait until its first bytes have come."""
    args = ("models", "pull", name, "-o", "jsonl", "--host", url)
    process = start(*args, env={"XDG_STATE_HOME": str(at)})
    assert process.stdout is not None
    while not json.loads(process.stdout.readline())["completed"]:
        pass
    return process


def test_a_pull_that_is_killed_stays_unfinished_until_it_is_pulled_again(
    slow: str, tmp_path: Path
) -> None:
    process = under_way(slow, tmp_path, "nomic-embed-text")
    assert [pull["result"] for pull in history(tmp_path)] == ["running"]
    assert history(tmp_path, "--unfinished") == []
    process.kill()
    process.poll()
    assert ended(process).code == -signal.SIGKILL
    (pull,) = history(tmp_path, "--unfinished")
    assert (pull["model"], pull["result"]) == ("nomic-embed-text", "unfinished")
    assert [pull["ended_at"], pull["seconds"], pull["bytes"], pull["error"]] == [None] * 4
    assert run("pull", "nomic-embed-text", "-q", "--host", slow, at=tmp_path).code == 0
    assert history(tmp_path, "--unfinished") == []
    assert [pull["result"] for pull in history(tmp_path)] == ["success", "unfinished"]


def test_a_process_that_died_and_was_not_buried_runs_no_more(slow: str, tmp_path: Path) -> None:
    process = under_way(slow, tmp_path, "llama3:8b")
    process.kill()
    end = time.monotonic() + 10
    while not history(tmp_path, "--unfinished"):
        assert time.monotonic() < end
    assert ended(process).code == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_pull_that_is_interrupted_says_so(slow: str, tmp_path: Path, number: int) -> None:
    process = under_way(slow, tmp_path, "llama3:8b")
    process.send_signal(number)
    assert ended(process).code == 128 + number
    (pull,) = history(tmp_path)
    assert (pull["result"], pull["error"]) == ("interrupted", None)
    assert 0 <= pull["bytes"] < 32_000_000
    assert pull["seconds"] > 0
    assert history(tmp_path, "--unfinished") == [pull]


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    with DemoServer(bytes_per_second=0) as server:
        args = ("models", "pull", "one", "two", "three", "-q", "--host", server.url)
        env = {"XDG_STATE_HOME": str(tmp_path)}
        results = [ended(process) for process in [start(*args, env=env) for _ in range(4)]]
    assert [result.code for result in results] == [4] * 4
    assert not any("history" in result.err for result in results)
    pulls = history(tmp_path)
    assert len(pulls) == 12
    assert {pull["result"] for pull in pulls} == {"error"}


def test_where_nothing_can_be_written_the_pull_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    env = {"XDG_STATE_HOME": str(tmp_path / "file")}
    with DemoServer(bytes_per_second=0) as server:
        result = call(
            "models", "pull", "llama3.2", "nomic-embed-text", "--host", server.url, env=env
        )
    assert result.code == 0
    assert result.err.count("warning: cannot use the history of pulls ") == 1
    assert "/history.sqlite3: Not a directory\n" in result.err
