"""Whole processes with tools: the question, its answers, and that nothing outlives us."""

import signal
import threading
from pathlib import Path

import pytest
from hostile import Peer
from lives import is_alive
from scripted_models import World, asks, calls, says, world
from shell import ended, start
from terminals import CTRL_C, CTRL_D, Terminal
from waits import until

ADD = asks("add", {"a": 1, "b": 2})
QUESTION = 'run tools.add {"a":1,"b":2}? [y: once, a: always, n: no, q: quit] '
LATER = asks("add", {"a": 3, "b": 4}, "c2")
NAP = '''
import os, subprocess, time
from pathlib import Path


def nap() -> str:
    """Nap, with a child."""
    child = subprocess.Popen(["sleep", "600"])
    Path(__file__).with_name("pids").write_text(f"{os.getpid()} {child.pid} ")
    time.sleep(600)
    return "rested"
'''


def terminal(w: World, *args: str) -> Terminal:
    env = {"OLLAMA_CLI_CONFIG": str(w.config)}
    usual = ("-m", "m", "--no-preload", "--host", w.server.url, "--tools", str(w.file))
    return Terminal("chat", *args, *usual, env=env)


def test_yes_runs_one_call_and_no_the_other_never(tmp_path: Path) -> None:
    with world(tmp_path, calls(ADD), calls(LATER), says("done")) as w, terminal(w, "hi") as t:
        t.expect_line(QUESTION)
        assert w.ran == ""
        t.send("what\n")
        t.expect(f"{QUESTION}what")
        t.expect_line(QUESTION)
        t.send("y\n")
        t.expect('run tools.add {"a":3,"b":4}?')
        assert w.ran == "1+2 "
        t.send("n\n")
        t.expect("done")
        assert t.end() == 0
        assert w.ran == "1+2 "
        assert w.model.results == ["3", "refused: the user did not allow this call"]


def test_always_lasts_for_the_session(tmp_path: Path) -> None:
    with world(tmp_path, calls(ADD), says("one"), calls(LATER), says("two")) as w, terminal(w) as t:
        t.expect_line(">>> ")
        t.send("hi\r")
        t.expect("run tools.add")
        t.send("a\r")
        t.expect("one")
        t.expect_line(">>> ")
        t.send("again\r")
        t.expect("two")
        t.expect_line(">>> ")
        assert w.ran == "1+2 3+4 "
        t.send(CTRL_D)
        assert t.end() == 0


@pytest.mark.parametrize("is_long", [False, True])
def test_what_was_typed_before_the_question_allows_nothing(tmp_path: Path, is_long: bool) -> None:
    gate = threading.Event()

    def late(peer: Peer) -> None:
        gate.wait(30)
        calls(ADD)(peer)

    with (
        world(tmp_path, late, says("done")) as w,
        terminal(w, *(["-I"] if is_long else []), "hi") as t,
    ):
        until(lambda: w.model.asked)
        t.send("y\n")
        gate.set()
        t.expect_line(QUESTION)
        assert w.ran == ""
        t.send("n\n")
        t.expect("done")
        assert w.model.results == ["refused: the user did not allow this call"]


@pytest.mark.parametrize("is_long", [False, True])
def test_quit_ends_the_run_and_the_model_is_told_nothing(tmp_path: Path, is_long: bool) -> None:
    with (
        world(tmp_path, calls(ADD, text="so")) as w,
        terminal(w, *(["-I"] if is_long else []), "hi") as t,
    ):
        t.expect("run tools.add")
        t.send("q\n")
        assert t.end() == 130
        assert (len(w.model.asked), w.ran) == (1, "")


def test_arguments_cannot_control_the_terminal(tmp_path: Path) -> None:
    evil = asks("fail", {"why": "\x1b[2K\rrun safe? \u202e\x9b1m\u200b\U000e0041"})
    with world(tmp_path, calls(evil), says("ok")) as w, terminal(w, "hi") as t:
        t.expect("q: quit]")
        t.send("n\n")
        assert t.end() == 0
    assert "\\u001b[2K\\rrun safe?" in "".join(t.shown.split("\n"))
    assert b"\x1b[2K\rrun safe" not in t.raw
    assert "\u202e" not in t.raw.decode()
    assert "\\u200b\\U000e0041" in "".join(t.shown.split("\n"))


def test_ctrl_c_in_a_call_ends_the_tool_and_the_conversation_goes_on(tmp_path: Path) -> None:
    with world(tmp_path, calls(asks("nap")), says("fine")) as w:
        w.file.write_text(NAP)
        with terminal(w, "--tools-approve", "always") as t:
            t.expect_line(">>> ")
            t.send("sleep\r")
            until((tmp_path / "pids").exists)
            t.send(CTRL_C)
            t.expect("stopped; the conversation goes on")
            pids = [int(each) for each in (tmp_path / "pids").read_text().split()]
            until(lambda: not any(map(is_alive, pids)))
            t.expect_line(">>> ")
            t.send("and?\r")
            t.expect("fine")
            t.expect_line(">>> ")
            assert "tool" not in {each["role"] for each in w.model.asked[-1]["messages"]}
            t.send(CTRL_D)
            assert t.end() == 0


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("function", signal.SIGINT, 130),
        ("function", signal.SIGTERM, 143),
        ("function", signal.SIGKILL, -9),
        ("program", signal.SIGINT, 130),
        ("program", signal.SIGTERM, 143),
    ],
)
def test_no_tool_outlives_us(tmp_path: Path, kind: str, number: int, code: int) -> None:
    with world(tmp_path, calls(asks("nap")), says("?")) as w:
        w.file.write_text(NAP)
        mark = tmp_path / "pids"
        w.config.write_text(
            f"[tools.nap]\nargv = ['sh', '-c', 'sleep 600 & echo $$ $! > {mark}; wait']\n"
        )
        source = str(w.file) if kind == "function" else "cmd:nap"
        process = start(
            *("chat", "hi", "-m", "m", "--host", w.server.url, "--tools-approve", "always"),
            *("--tools", source),
            env={"OLLAMA_CLI_CONFIG": str(w.config)},
        )
        until(lambda: mark.exists() and len(mark.read_text().split()) == 2)
        process.send_signal(number)
        assert ended(process).code == code
        pids = [int(each) for each in mark.read_text().split()]
        until(lambda: not any(map(is_alive, pids)))
        assert len(w.model.asked) == 1
