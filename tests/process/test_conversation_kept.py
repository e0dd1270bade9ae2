"""A conversation at a terminal, as whole processes: what is left behind, whatever ends it."""

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conversations import Answers, said, shown_model
from hostile import CHUNKED, LAST_CHUNK, Peer, Script, Server, by_path, chunk, document
from shell import PROGRAM
from terminals import CTRL_C, CTRL_D, PATIENCE, Terminal

from ollama_cli.features.sessions.store import SessionStore
from ollama_cli.types.sessions import Message

HALF = chunk(json.dumps({"message": {"content": "half an answer\n\n"}}).encode() + b"\n")
REST = chunk(json.dumps({"message": {"content": "the rest"}, "done": True}).encode() + b"\n")
TOO_LONG = document({"error": "the input length exceeds the context length"}, 400)


class Slow:
    """An answer whose second half comes when it is told to."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def __call__(self, peer: Peer) -> None:
        peer.send(CHUNKED, HALF)
        if self.goes_on.wait(PATIENCE):
            peer.send(REST, LAST_CHUNK)


def stuck(peer: Peer) -> None:
    peer.send(CHUNKED, HALF)
    peer.gone()


class Desk:
    """A home, and a server that answers; terminals are opened on it."""

    def __init__(self, home: Path, url: str, answers: Answers) -> None:
        self.home, self.url, self.answers = home, url, answers

    def chat(self, *args: str, **more: Any) -> Terminal:
        return Terminal("chat", *args, "--host", self.url, at=self.home, **more)

    @property
    def path(self) -> Path:
        return self.home / ".local/share/ollama-cli/sessions.db"

    @property
    def texts(self) -> list[str]:
        """The texts of the last request."""
        return [each["content"] for each in self.answers.asked[-1]["messages"]]

    def kept(self) -> list[Message]:
        store = SessionStore(self.path)
        latest = store.latest()
        assert latest is not None
        found = store.messages(latest.id)
        store.close()
        return found


@contextmanager
def desk(home: Path, *scripts: Script | str, **more: Script) -> Iterator[Desk]:
    answers = Answers(*scripts)
    routes: dict[str, Script] = {"/api/chat": answers, "/api/show": shown_model}
    routes["/api/generate"] = said("loaded")
    routes |= {f"/api/{name}": script for name, script in more.items()}
    with Server(by_path(routes)) as server:
        yield Desk(home, server.url, answers)


def test_a_conversation_goes_on_where_it_was_left(tmp_path: Path) -> None:
    with desk(tmp_path, "one", "two") as at:
        with at.chat("-m", "m", "-s", "Be brief.") as terminal:
            terminal.expect(">>>")
            session = re.findall(r"session ([0-9a-f]{12})", terminal.shown)[0]
            terminal.send("first question\r")
            terminal.expect("one")
            terminal.expect_line(">>> ")
            terminal.send("/bye\r")
            assert terminal.end() == 0
            assert terminal.modes == terminal.first_modes
        with at.chat("-c") as terminal:
            terminal.expect_line(">>> ")
            head, *rest = terminal.lines
            assert head.startswith(f"m · session {session} · first question · /help")
            assert rest[:2] == [">>> first question", "one"]
            assert b"\x1b[2mone\x1b[22m" in terminal.raw
            terminal.send("second\r")
            terminal.expect("two")
            terminal.send(CTRL_D)
            assert terminal.end() == 0
        assert at.texts == ["Be brief.", "first question", "one", "second"]


def test_a_pipe_is_answered_first_and_then_the_terminal(tmp_path: Path) -> None:
    with desk(tmp_path, "fine", "sure") as at:
        piped = r"printf '+++ a diff\n/exit\n'"
        line = f"{piped} | {PROGRAM} chat -m m -I review --host {at.url}"
        with Terminal("-c", line, program="/bin/sh", at=tmp_path) as terminal:
            terminal.expect("fine")
            terminal.expect(">>>")
            terminal.send("/system\r")
            terminal.expect("there is no system prompt")
            terminal.send("really?\r")
            terminal.expect("sure")
            terminal.send("/exit\r")
            assert terminal.end() == 0
            assert terminal.modes == terminal.first_modes
        assert at.texts == ["review\n\n+++ a diff\n/exit\n", "fine", "really?"]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_without_a_terminal_to_write_to_it_does_not_go_on(tmp_path: Path, stream: str) -> None:
    with (
        desk(tmp_path) as at,
        at.chat("-m", "m", "-I", "hi", **{stream: subprocess.PIPE}) as terminal,
    ):
        assert terminal.end() == 2
        assert at.answers.asked == []


def test_many_ctrl_c_stop_one_answer_and_leave_nobody_out(tmp_path: Path) -> None:
    with desk(tmp_path, stuck, "two") as at:
        with at.chat("-m", "m") as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect("half an answer")
            for _ in range(20):
                terminal.send(CTRL_C)
            terminal.expect("stopped; the conversation goes on")
            terminal.expect_line(">>> ")
            terminal.send("second\r")
            terminal.expect("two")
            terminal.send("/exit\r")
            assert terminal.end() == 0
            assert terminal.shown.count("stopped;") == 1
        assert [(each.content, each.state) for each in at.kept()] == [
            ("first", "done"),
            ("half an answer\n\n", "interrupted"),
            ("second", "done"),
            ("two", "done"),
        ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_what_ends_it_in_mid_answer_loses_nothing(tmp_path: Path, number: int) -> None:
    slow = Slow()
    with desk(tmp_path, slow, "two") as at:
        with at.chat("-m", "m") as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect("half an answer")
            terminal.signal(number)
            code = terminal.end()
            if number != signal.SIGKILL:
                assert code == 128 + number
                assert terminal.modes == terminal.first_modes
        slow.goes_on.set()
        kept = [(each.content, each.state) for each in at.kept()]
        assert kept[0] == ("first", "done")
        if number != signal.SIGKILL:  # which may come within the second of the first draft
            assert kept[1:] == [("half an answer\n\n", "partial")]


def test_what_is_typed_ahead_is_the_next_question(tmp_path: Path) -> None:
    slow = Slow()
    with desk(tmp_path, slow, "two") as at:
        with at.chat("-m", "m") as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect("half an answer")
            terminal.send("second\r")
            slow.goes_on.set()
            terminal.expect("two")
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert at.texts[-1] == "second"
        assert "half an answer\n\nthe rest" in re.sub(r" +\n", "\n", terminal.shown)


def test_a_question_that_is_too_long_waits_in_the_line(tmp_path: Path) -> None:
    with desk(tmp_path, TOO_LONG, "one") as at:
        with at.chat("-m", "m") as terminal:
            terminal.expect(">>>")
            terminal.send("a long question\r")
            terminal.expect("hint: make room")
            terminal.expect_line(">>> a long question")
            terminal.send(", shortened\r")
            terminal.expect("one")
            terminal.send(CTRL_D)
            assert terminal.end() == 0
        assert at.texts == ["a long question, shortened"]


def test_files_are_overwritten_after_a_question_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine", encoding="utf-8")
    with desk(tmp_path, "one") as at, at.chat("-m", "m") as terminal:
        terminal.expect(">>>")
        terminal.send("first\r")
        terminal.expect("one")
        for reply, told in (("n", "nothing is written"), ("y", "wrote 3 B to notes.md")):
            terminal.send("/save notes.md\r")
            terminal.expect_line("notes.md is there already: overwrite it? [y/N] ")
            terminal.send(f"{reply}\n")
            terminal.expect(told)
        terminal.send("/exit\r")
        assert terminal.end() == 0
    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == "one"


def test_a_summary_is_asked_about(tmp_path: Path) -> None:
    with desk(tmp_path, "one", "in short", "two") as at:
        with at.chat("-m", "m") as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect("one")
            terminal.send("/compact\r")
            terminal.expect("take this summary? [y/e/N]")
            terminal.send("e\n")
            terminal.expect("summary: in short")
            terminal.send(", mine\r")
            terminal.expect("in short, mine\ntake this summary?")
            terminal.send("y\n")
            terminal.expect("the summary is sent from now on")
            terminal.send("second\r")
            terminal.expect("two")
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert at.texts == ["Summary of the conversation so far:\n\nin short, mine", "second"]


def test_one_answer_on_a_terminal_is_saved_and_a_private_one_is_not(tmp_path: Path) -> None:
    with desk(tmp_path, "one") as at:
        with at.chat("first", "-m", "m", "--private", "--no-stdin") as terminal:
            assert terminal.end() == 0
        with at.chat("-m", "m", "--private") as terminal:
            terminal.expect("private: nothing is saved")
            terminal.send("secret\r")
            terminal.expect("one")
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert not at.path.exists()
        with at.chat("first", "-m", "m", "--no-stdin") as terminal:
            assert terminal.end() == 0
        assert [each.content for each in at.kept()] == ["first", "one"]


@pytest.mark.parametrize("silent", ["ps", "show"])
def test_ctrl_c_ends_a_wait_beside_an_answer(tmp_path: Path, silent: str) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    asked = threading.Event()

    def stall(peer: Peer) -> None:
        asked.set()
        peer.stall()

    env = {"OLLAMA_CLI_METADATA_TIMEOUT": "0"}
    with (
        desk(tmp_path, said("one", read=3, wrote=4), "two", **{silent: stall}) as at,
        at.chat("-m", "m", "--no-preload", env=env) as terminal,
    ):
        terminal.expect(">>>")
        terminal.send("what is ./cat.png\r" if silent == "show" else "first\r")
        assert asked.wait(PATIENCE)
        terminal.send(CTRL_C)
        terminal.expect_line(">>> ")
        terminal.send("/exit\r")
        assert terminal.end() == 0
