"""`models ensure` in a process of its own: it asks on a terminal, and can be interrupted."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import call, ended, start
from terminals import CTRL_C, Terminal

from ollama_cli.demo import DemoServer


@pytest.fixture
def server() -> Iterator[str]:
    with DemoServer(bytes_per_second=4_000_000) as running:
        yield running.url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "models.toml"
    path.write_text('models = ["demo", "llama3:8b"]', encoding="utf-8")
    return path


def names(url: str) -> set[str]:
    return set(call("ls", "-o", "name", "--host", url).out.split())


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), (CTRL_C, 130)])
def test_prune_asks_before_anything_is_done(server: str, file: Path, typed: str, code: int) -> None:
    with Terminal("models", "ensure", file, "--prune", "--host", server) as terminal:
        terminal.expect("remove demo-embed:latest? [y/N]")
        terminal.send(typed)
        assert terminal.end() == code
        assert ("note: nothing was done" in terminal.shown) is (code == 1)
    assert names(server) == {"demo:latest", "demo-embed:latest"}


def test_prune_obeys(server: str, file: Path) -> None:
    file.write_text('models = ["demo"]', encoding="utf-8")
    with Terminal("models", "ensure", file, "--prune", "--host", server) as terminal:
        terminal.expect("remove demo-embed:latest? [y/N]")
        terminal.send("y\n")
        assert terminal.end() == 0
    assert names(server) == {"demo:latest"}


def test_an_interruption_tells_how_far_all_came(server: str, file: Path, tmp_path: Path) -> None:
    args = ("models", "ensure", file, "--prune", "--yes", "-o", "json", "--host", server)
    process = start(*args, env={"XDG_STATE_HOME": str(tmp_path)})
    assert process.stderr is not None
    seen = b""
    while b"llama3:8b  " not in seen:
        seen += process.stderr.readline()
    process.send_signal(signal.SIGINT)
    result = ended(process)
    assert result.code == 130
    assert [(row["model"], row["state"]) for row in json.loads(result.raw)["models"]] == [
        ("demo", "installed"),
        ("llama3:8b", "interrupted"),
    ]
    assert names(server) == {"demo:latest", "demo-embed:latest"}
    (pull,) = call("models", "history", "--json", at=tmp_path).json["pulls"]
    assert pull["result"] == "interrupted"
