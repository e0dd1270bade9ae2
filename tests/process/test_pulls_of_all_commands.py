"""Whichever command pulls: it heals, it knows the whole from the start, and it is remembered."""

import json
import signal
from pathlib import Path
from typing import Any

from shell import call, ended, run, start

from ollama_cli.demo import DemoServer, catalogue
from ollama_cli.demo.library import key

MODEL, SMALL = "llama3.2", "nomic-embed-text"


def history(at: Path) -> list[dict[str, Any]]:
    pulls: list[dict[str, Any]] = call("models", "history", "--json", at=at).json["pulls"]
    return pulls


def test_what_a_file_lists_is_pulled_through_a_cut_and_remembered(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(f'models = ["{MODEL}", "{SMALL}"]')
    with DemoServer(fault="cut@40%", fault_times=1, bytes_per_second=0) as server:
        args = ("models", "ensure", str(tmp_path / "models.toml"), "--host", server.url)
        result = run(*args, at=tmp_path)
    assert result.code == 0, result.err
    assert "[1/2] llama3.2\n" in result.err
    assert "trying again in " in result.err
    assert [(pull["model"], pull["result"], pull["restarts"]) for pull in history(tmp_path)] == [
        (SMALL, "success", 0),
        (MODEL, "success", 1),
    ]


def test_those_at_once_are_interrupted_and_remembered_as_that(tmp_path: Path) -> None:
    with DemoServer(bytes_per_second=1_000_000) as server:
        args = ("models", "pull", MODEL, SMALL, "-j", "2", "-o", "jsonl", "--host", server.url)
        process = start(*args, env={"XDG_STATE_HOME": str(tmp_path)})
        assert process.stdout is not None
        seen: set[str] = set()
        while len(seen) < 2:
            event = json.loads(process.stdout.readline())
            seen |= {event["model"]} if event["event"] == "progress" else set()
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
    assert sorted((pull["model"], pull["result"]) for pull in history(tmp_path)) == [
        (MODEL, "interrupted"),
        (SMALL, "interrupted"),
    ]


def test_the_demo_tells_the_whole_from_the_first_byte() -> None:
    result = run("--demo", "models", "pull", SMALL, "-o", "jsonl")
    assert result.code == 0, result.err
    told = {(e["total"], e["total_known"]) for e in result.events if e["event"] == "progress"}
    assert told == {(catalogue.registry()[key(SMALL)].size, True)}
