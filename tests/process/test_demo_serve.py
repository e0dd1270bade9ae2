"""`demo serve`, its faults against the commands, and the tour."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shell import call, ended, run, start
from terminals import Terminal

from ollama_cli.demo import FAULTS, DemoServer
from ollama_cli.demo.script import ANSWERS, KINDS

COMMANDS = {
    "generate": ("generate", "hi", "-m", "demo", "--max-tokens", "12", "--seed", "1"),
    "chat": ("chat", "hi", "-m", "demo", "--max-tokens", "12", "--seed", "1"),
    "pull": ("models", "pull", "nomic-embed-text", "--retries", "0"),
    "list": ("models", "list"),
    "health": ("health",),
    "embed": ("embed", "hi", "-m", "demo-embed"),
}
# What each fault does to generate, chat, pull, list, health and embed.
CODES = {
    "stall": (7, 7, 5, 7, 7, 7),
    "cut": (5, 5, 5, 5, 5, 5),
    "error": (5, 5, 5, 5, 5, 5),
    "slow": (0, 0, 0, 0, 0, 0),
    "html": (5, 5, 5, 5, 5, 5),
    "unauthorized": (6, 6, 6, 6, 6, 6),
    "busy": (5, 5, 5, 5, 5, 5),
}
TELLING = {
    "stall": "went silent",
    "cut": "cut",
    "error": "EOF",
    "html": "an HTML page came from",
    "unauthorized": "hint: open https://ollama.com/connect?name=demo&key=ZGVtbw",
    "busy": "server busy, please try again.",
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, pauses_taken: list[float]) -> None:
    """Take no pauses, neither the client's nor those of slowness."""
    del pauses_taken
    monkeypatch.setattr("ollama_cli.demo.faults.SLOW_LINE", 0.0005)
    monkeypatch.setattr("ollama_cli.demo.faults.SLOW_BYTES", 0.0005)


CASES = [
    (fault, command, code)
    for fault, codes in CODES.items()
    for command, code in zip(COMMANDS, codes, strict=True)
]


def test_every_fault_has_its_row() -> None:
    assert tuple(CODES) == tuple(kind for kind in KINDS if KINDS[kind].strikes == ANSWERS)


@pytest.mark.usefixtures("plain_silence")
@pytest.mark.parametrize(("fault", "command", "code"), CASES)
def test_a_fault(fault: str, command: str, code: int) -> None:
    patience = "0.4" if fault == "stall" else "10"
    with DemoServer(fault=fault, tokens_per_second=0, bytes_per_second=0) as server:
        result = call(*COMMANDS[command], "--timeout", patience, "--host", server.url)
    assert result.code == code, result.err
    told = (
        "did not answer within" if (fault, command) == ("stall", "pull") else TELLING.get(fault, "")
    )
    assert told in result.err
    assert "Traceback" not in result.err
    if command in {"generate", "chat"} and fault in {"stall", "cut", "error"}:
        assert len(result.out.split()) == 3
    elif code:
        assert result.out == ""


def test_a_fault_that_passes_is_tried_again() -> None:
    for command in ("generate", "list"):
        with DemoServer(fault="busy", fault_times=1, tokens_per_second=0) as server:
            assert call(*COMMANDS[command], "--host", server.url).code == 0


def test_the_question_before_a_pull_does_not_use_up_a_fault() -> None:
    with DemoServer(fault="cut", fault_times=1, tokens_per_second=0, bytes_per_second=0) as server:
        result = call(*COMMANDS["pull"], "--host", server.url)
    assert result.code == 5
    assert "the answer of the server" in result.err
    assert "was cut off" in result.err


@contextmanager
def serving(*args: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = start("demo", "serve", *args)
    try:
        assert process.stdout is not None
        first = process.stdout.readline().decode()
        assert first.startswith("listening on http://127.0.0.1:"), first
        yield process, first.split()[-1]
    finally:
        process.terminate()
        ended(process)


def test_the_first_line_says_where_it_listens_and_it_is_ready() -> None:
    with serving() as (process, url):
        assert call("health", "--host", url).code == 0
        assert call("models", "list", "-o", "name", env={"OLLAMA_HOST": url}).out.count("\n") == 2
        assert process.poll() is None


def test_faults_for_the_first_answers() -> None:
    with serving("--fault", "unauthorized", "--fault-times", "1") as (_, url):
        assert [call("models", "list", "--host", url).code for _ in range(2)] == [6, 0]


def test_a_port_of_ones_own_that_is_taken() -> None:
    with serving() as (_, url):
        port = url.rpartition(":")[2]
        result = run("demo", "serve", "--port", port)
        assert (result.code, result.out) == (1, "")
        assert result.err == (
            f"error: cannot listen on port {port}: address already in use\n"
            "hint: leave --port out for a free one\n"
        )


def test_an_unknown_fault() -> None:
    result = call("demo", "serve", "--fault", "flood")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: unknown fault 'flood'; there are: stall, cut, error")


def test_every_fault_is_explained_in_the_help() -> None:
    explained = call("demo", "serve", "--help").out.partition("Options:")[0]
    words = set(re.findall(r"[a-z-]+", re.sub(r"-\n +", "-", explained)))
    assert set(FAULTS) <= words


@pytest.mark.parametrize(("words", "kept"), [([], 0), (["--save"], 1)])
def test_what_the_demo_says_is_kept_if_that_is_wanted(
    tmp_path: Path, words: list[str], kept: int
) -> None:
    with Terminal("--demo", "chat", "hi", "--max-tokens", "3", *words, at=tmp_path) as terminal:
        assert terminal.end() == 0
    assert len(list(tmp_path.rglob("sessions.db"))) == kept


def test_the_tour_through_a_pipe() -> None:
    of_the_users = {"OLLAMA_CLI_ALLOWED_MODELS": "mine", "OLLAMA_HOST": "https://llm.example.com"}
    result = call("demo", env=of_the_users)
    assert result.code == 0, result.err
    assert "\x1b" not in result.out + result.err
    steps = [line for line in result.out.splitlines() if line.startswith("$ ollama-cli ")]
    assert [step.split()[2] for step in steps] == ["health", "models", "models", "chat", "embed"]
    assert "ok: Ollama 0.32.15 at http://127.0.0.1:" in result.out
    assert "pulled llama3:8b" in result.err
    assert result.out.splitlines()[-2].startswith("that was the tour")
    assert result.out.splitlines()[-1] == "next: ollama-cli chat -m llama3.2"
    numbers = re.findall(r"^ *(-?[01]\.\d\d) ", result.out, re.MULTILINE)
    likeness = [float(number) for number in numbers]
    assert likeness[0] == max(likeness)
    assert len(likeness) == 3
