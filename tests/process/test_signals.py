"""Ctrl-C and SIGTERM: the connection closes, what was printed stays, the code tells."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hostile import NDJSON, Peer, Server, chunk, head
from shell import Result, ended, start

from ollama_cli.demo import DemoServer

CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})
WORDS = [{"response": word, "message": {"content": word}} for word in ("one ", "two ")]
LAYER = {"status": "pulling ab", "digest": "sha256:" + "ab" * 32, "total": 100_000_000}
PULL = [{"status": "pulling manifest"}, {**LAYER, "completed": 42_000_000}]


class Stuck:
    """A server that begins to answer, then waits to see its client go."""

    def __init__(self, *values: object) -> None:
        self._chunks = [chunk(json.dumps(value).encode() + b"\n") for value in values]
        self.left = threading.Event()

    def __call__(self, peer: Peer) -> None:
        peer.send(CHUNKED, *self._chunks)
        if peer.gone():
            self.left.set()


@contextmanager
def stopped(number: int, awaited: str, *args: str, values: list[object]) -> Iterator[Result]:
    """Run a command until `awaited` is on one of its streams, then send it the signal."""
    script = Stuck(*values)
    with Server(script) as server:
        process = start(*args, "--host", server.url)
        stream = process.stdout if '"' in awaited or "two " in awaited else process.stderr
        assert stream is not None
        seen = b""
        while awaited.encode() not in seen:
            byte = stream.read(1)
            assert byte, seen
            seen += byte
        process.send_signal(number)
        result = ended(process)
        assert script.left.wait(10), "the connection stayed open"
    if stream is process.stdout:
        yield Result(result.code, seen + result.raw, result.errors)
    else:
        yield Result(result.code, result.raw, seen + result.errors)


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("command", ["generate", "chat"])
def test_an_answer_under_way(number: int, code: int, command: str) -> None:
    with stopped(number, "two ", command, "hi", "-m", "m", values=[*WORDS]) as result:
        assert result == Result(code, b"one two ", b"")


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_an_answer_in_events(number: int, code: int) -> None:
    args = ("generate", "hi", "-m", "m", "-o", "jsonl")
    with stopped(number, '"two "}\n', *args, values=[*WORDS]) as result:
        assert (result.code, result.err) == (code, "")
        assert [event["event"] for event in result.events] == ["start", "text", "text"]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_pull_tells_how_far_it_came_and_how_to_go_on(number: int, code: int) -> None:
    with stopped(
        number, "42 %  42/100 MB so far\n", "models", "pull", "m", values=[*PULL]
    ) as result:
        assert (result.code, result.out) == (code, "")
        assert result.err.splitlines()[-1] == (
            "note: pull of m interrupted at 42 % (42/100 MB so far): "
            "run the same command again to resume"
        )


@pytest.mark.parametrize(("args", "told"), [([], "at 42 % (42/100 MB so far): "), (["-q"], "")])
def test_a_pull_in_events(args: list[str], told: str) -> None:
    args = ["models", "pull", "m", "-o", "jsonl", *args]
    with stopped(signal.SIGTERM, '"layer_completed": 42000000', *args, values=[*PULL]) as result:
        assert result.code == 143
    note = f"note: pull of m interrupted {told}run the same command again to resume\n"
    assert result.err == (note if told else "")


def test_a_pull_with_a_summary() -> None:
    with stopped(
        signal.SIGINT, "42 %  42/100 MB so far\n", "models", "pull", "m", "--json", values=[*PULL]
    ) as result:
        assert result.code == 130
        (summary,) = result.json["models"]
        assert (summary["status"], summary["completed"]) == ("interrupted", 42_000_000)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_nothing_has_come_yet(number: int, code: int) -> None:
    asked, left = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        asked.set()
        if peer.gone():
            left.set()

    with Server(script) as server:
        process = start("models", "list", "--host", server.url)
        assert asked.wait(10)
        process.send_signal(number)
        result = ended(process)
        assert left.wait(10)
    assert result == Result(code, b"", b"")


def test_while_stdin_is_silent() -> None:
    args = ("generate", "-m", "m", "hi")
    processes = [start(*args, stdin=subprocess.PIPE) for _ in SIGNALS]  # they wait together
    for process, (number, code) in zip(processes, SIGNALS, strict=True):
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"note: waiting for standard input")
        process.send_signal(number)
        process.wait(10)
        assert ended(process) == Result(code, b"", b"")


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_the_demo_server(number: int, code: int) -> None:
    process = start("demo", "serve")
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    assert line.startswith("listening on http://127.0.0.1:")
    process.send_signal(number)
    result = ended(process)
    assert (result.code, result.out) == (code, "")
    notes = (
        "note: this is a demo, no substitute for a real model; Ctrl-C stops it\n"
        f"note: in another terminal: `ollama-cli --host {line.split()[-1]} chat`\n"
    )
    assert notes.startswith(result.err)


def test_waiting_for_health() -> None:
    process = start("health", "--wait", "60", "--host", "127.0.0.1:9", "-v")
    assert process.stderr is not None
    assert b"GET http://127.0.0.1:9/api/version failed" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130


def test_an_interrupted_pull_goes_on_where_it_was() -> None:
    with DemoServer(bytes_per_second=40_000_000) as server:
        process = start("models", "pull", "llama3:8b", "-o", "jsonl", "--host", server.url)
        assert process.stdout is not None
        far = 0
        while far < 1_000_000:
            far = json.loads(process.stdout.readline())["completed"] or 0
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
        again = start("models", "pull", "llama3:8b", "-o", "jsonl", "--host", server.url)
        result = ended(again)
    assert result.code == 0
    first = next(event for event in result.events if event["completed"])
    assert first["completed"] >= far
    assert result.events[-1]["event"] == "success"


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_filter_that_never_ends(number: signal.Signals, code: int) -> None:
    """The library of jq never gives Python a turn: the signal itself ends the process."""
    process = start("cache", "info", "--jq", '"begun", (def again: again; again)')
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    process.send_signal(number)
    assert process.wait(10) in {-number, code}
    ended(process)
