"""Several models in one command, on a terminal, in a log and as events."""

import json
import signal
import threading
import time

import pytest
from hostile import CHUNKED, Peer, Server, by_path, chunk, lines
from shell import bash, call, ended, run, start
from terminals import CTRL_C, Terminal

from ollama_cli.demo import DemoServer

MANIFEST = {"status": "pulling manifest"}
HALF = {"status": "pulling ab", "digest": "sha256:" + "ab" * 32, "total": 1000, "completed": 500}
UNKNOWN = {"error": "pull model manifest: file does not exist"}
TAB = b"\x1b]9;4;"


def by_model(peer: Peer) -> None:
    """Know no model that begins with no; leave those half done that begin with half."""
    name = peer.request.json["model"] if peer.request.body else ""
    if name.startswith("half"):
        peer.send(CHUNKED, *[chunk(json.dumps(v).encode() + b"\n") for v in (MANIFEST, HALF)])
        peer.stall()
    elif name.startswith("no"):
        lines(MANIFEST, UNKNOWN)(peer)
    else:
        lines(MANIFEST, {**HALF, "completed": 1000}, {"status": "success"})(peer)


def test_one_after_another_with_headers_and_a_summary() -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        result = call("models", "pull", "a", "nobody", "b", "a", "--host", server.url)
        asked = [r.json["model"] for r in server.requests if r.path == "/api/pull"]
    told = result.err.splitlines()
    assert (result.code, asked) == (11, ["a", "nobody", "b"])
    assert [line for line in told if line.startswith("[")] == ["[1/3] a", "[2/3] nobody", "[3/3] b"]
    assert told[-2].startswith("pulled 2 of 3 models  2.0 KB in ")
    assert told[-2].endswith("; failed: nobody")
    assert told[-1] == "error: 1 of 3 failed"


def test_some_at_once_in_a_log() -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        result = call("models", "pull", "a", "nobody", "b", "-j", "3", "--host", server.url)
    assert result.code == 11
    told = result.err.splitlines()
    assert "[1/3] pulling manifest" in told
    assert any(line.startswith("[3/3] b is up to date") for line in told)
    assert any(line.startswith("error: nobody: the registry knows") for line in told)


def test_all_at_once_fail_alike() -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        result = call("models", "pull", "no1", "no2", "-j", "2", "--json", "--host", server.url)
    assert result.code == 4
    assert sorted(each["model"] for each in result.json["models"]) == ["no1", "no2"]


def test_events_of_several_at_once_are_whole_lines() -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        result = call("pull", "a", "b", "c", "d", "-j", "4", "-o", "jsonl", "--host", server.url)
    ends = [event["model"] for event in result.events if event["event"] == "success"]
    assert (result.code, sorted(ends)) == (0, ["a", "b", "c", "d"])


def test_a_summary_of_interrupted_pulls_tells_how_long_they_took() -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        process = start(
            "models", "pull", "half1", "half2", "-j", "2", "--json", "--host", server.url
        )
        assert process.stderr is not None
        told = b""
        while told.count(b"50 %") < 2:
            told += process.stderr.read(1)
        process.send_signal(signal.SIGTERM)
        result = ended(process)
    assert [each["status"] for each in result.json["models"]] == ["interrupted"] * 2
    assert all(each["seconds"] > 0 for each in result.json["models"])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_all_of_them(number: int, code: int) -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        process = start("models", "pull", "half1", "half2", "-j", "2", "--host", server.url)
        assert process.stderr is not None
        told = b""
        while told.count(b"50 %") < 2:
            told += process.stderr.read(1)
        process.send_signal(number)
        result = ended(process)
    assert result.code == code
    for name in ("half1", "half2"):
        assert f"pull of {name} interrupted at 50 %" in result.err


def test_bars_of_several_stand_below_one_another() -> None:
    with (
        Server(by_path({"/api/pull": by_model})) as server,
        Terminal("pull", "half1", "half2", "-j", "2", "--host", server.url) as terminal,
    ):
        terminal.expect("[2/2] half2  ━")
        terminal.expect("[1/2] half1  ━")
        assert terminal.shown.count(" 50 %") == 2
        terminal.send(CTRL_C)
        assert terminal.end() == 130
        assert "interrupted at 50 %" in terminal.shown
        assert "━" not in terminal.shown
        assert not terminal.screen.cursor.hidden


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.003, 0.01])
def test_ctrl_c_twice_gives_the_terminal_back_too(pause: float) -> None:
    env = {"TERM_PROGRAM": "ghostty"}
    names = ("half1", "half2", "half3", "half4")
    with (
        Server(by_path({"/api/pull": by_model})) as server,
        Terminal("pull", *names, "-j", "4", "--host", server.url, env=env) as terminal,
    ):
        terminal.expect("[4/4] half4  ━")
        terminal.send(CTRL_C)
        time.sleep(pause)
        terminal.send(CTRL_C)
        assert terminal.end() == 130
        assert not terminal.screen.cursor.hidden
        assert terminal.raw.split(TAB)[-1].startswith(b"0;0")


def test_the_tab_shows_progress_and_is_cleared_on_ctrl_c() -> None:
    env = {"TERM_PROGRAM": "ghostty"}
    with (
        Server(by_path({"/api/pull": by_model})) as server,
        Terminal("pull", "half", "--host", server.url, env=env) as terminal,
    ):
        terminal.expect("50 %")
        terminal.send(CTRL_C)
        assert terminal.end() == 130
        states = [part.partition(b"\x1b")[0] for part in terminal.raw.split(TAB)[1:]]
    assert b"1;50" in states
    assert states[-1] == b"0;0"


def test_a_terminal_that_does_not_know_it_gets_no_tab_progress_and_no_bell() -> None:
    with DemoServer(bytes_per_second=0) as server:
        with Terminal("pull", "nomic-embed-text", "--host", server.url) as terminal:
            assert terminal.end() == 0
        assert TAB not in terminal.raw
        assert b"\x07" not in terminal.raw


def test_the_end_rings_and_is_posted() -> None:
    env = {"VTE_VERSION": "6800"}
    with DemoServer(bytes_per_second=0) as server:
        args = ("pull", "nomic-embed-text", "--notify", "--host", server.url)
        with Terminal(*args, env=env) as terminal:
            assert terminal.end() == 0
        assert b"\x07\x1b]777;notify;ollama-cli;pulled nomic-embed-text 8.0 MB in " in terminal.raw
        assert b"\x07" not in run(*args).errors
        with Terminal("pull", "nobody", "--notify", "--host", server.url, env=env) as terminal:
            assert terminal.end() == 4
        assert b"notify;ollama-cli;pull of nobody failed\x1b" in terminal.raw


def test_a_restart_is_told_above_the_bars() -> None:
    go_on = threading.Event()

    def cut(peer: Peer) -> None:
        peer.send(CHUNKED, *[chunk(json.dumps(v).encode() + b"\n") for v in (MANIFEST, HALF)])

    def rest(peer: Peer) -> None:
        peer.send(CHUNKED, *[chunk(json.dumps(v).encode() + b"\n") for v in (MANIFEST, HALF)])
        go_on.wait(10)
        peer.send(chunk(b'{"status":"success"}\n'), b"0\r\n\r\n")

    with Server(cut, rest) as server, Terminal("pull", "m", "--host", server.url) as terminal:
        terminal.expect("note: pull of m: the answer of the server")
        terminal.expect("  pulling abababababab  0.5/1.0 KB")
        assert terminal.shown.count(" 50 %") == 1
        go_on.set()
        assert terminal.end() == 0
        last = terminal.shown.splitlines()[-1]
        assert last.startswith("pulled m  1.0 KB in ")


@pytest.mark.parametrize("more", ["", "-j 3"])
def test_where_nothing_can_be_told_nothing_more_is_pulled(more: str) -> None:
    with Server(by_path({"/api/pull": by_model})) as server:
        line = f"ollama-cli models pull a b c {more} -o jsonl --host {server.url} > /dev/full"
        result = bash(line)
        asked = [r.path for r in server.requests].count("/api/pull")
    assert (result.code, result.err.count('"error": ')) == (1, 1)
    assert "cannot write the output: No space left on device" in result.err
    assert asked <= (3 if more else 1)
