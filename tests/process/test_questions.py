"""Questions are asked on a terminal only; a conversation survives errors and Ctrl-C."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import NDJSON, Peer, Server, chunk, document, head, lines
from shell import call
from terminals import CTRL_C, CTRL_D, Terminal

from ollama_cli.demo import DemoServer

CHAT = ("chat", "-m", "m", "--no-preload")
CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})


def said(text: str) -> dict[str, object]:
    return {"model": "m", "message": {"role": "assistant", "content": text}, "done": True}


def stuck(peer: Peer) -> None:
    peer.send(CHUNKED, chunk(b'{"message":{"content":"half an answer"}}\n'))
    peer.gone()


@pytest.fixture
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


def names(url: str) -> set[str]:
    return set(call("ls", "-o", "name", "--host", url).out.split())


@pytest.mark.parametrize(
    ("typed", "stays"),
    [("y\n", False), ("YES\n", False), ("n\n", True), ("\n", True), (CTRL_D, True)],
)
def test_rm_asks_and_obeys(server: str, typed: str, stays: bool) -> None:
    with Terminal("models", "rm", "demo", "--host", server) as terminal:
        terminal.expect("remove demo:latest (10 KB)? [y/N]")
        terminal.send(typed)
        assert terminal.end() == (1 if stays else 0)
        assert ("nothing was removed" in terminal.shown) is stays
    assert ("demo:latest" in names(server)) is stays


def test_rm_of_many_lists_them_with_what_they_take(server: str) -> None:
    for name in ("a", "b"):
        call("cp", "demo", name, "--host", server)
    with Terminal("models", "rm", "*", "--host", server) as terminal:
        terminal.expect("remove these 4 models (", "[y/N]")
        assert "\n  a:latest (10 KB)\n  b:latest (10 KB)\n" in f"\n{terminal.shown}".replace(
            "\r", ""
        )
        terminal.send("n\n")
        assert terminal.end() == 1
    assert len(names(server)) == 4


def test_rm_that_is_interrupted_removes_nothing(server: str) -> None:
    with Terminal("models", "rm", "demo", "--host", server) as terminal:
        terminal.expect("[y/N]")
        terminal.send(CTRL_C)
        assert terminal.end() == 130
    assert "demo:latest" in names(server)


def test_no_input_asks_nothing(server: str) -> None:
    with Terminal("models", "rm", "demo", "--no-input", "--host", server) as terminal:
        assert terminal.end() == 2
        assert "hint: confirm it with --yes" in terminal.shown


def test_the_question_stands_on_stderr(server: str) -> None:
    with Terminal("rm", "demo", "--host", server, stdout=subprocess.PIPE) as terminal:
        terminal.expect("[y/N]")
        terminal.send("y\n")
        assert terminal.process.stdout is not None
        assert terminal.process.stdout.read() == b""
        assert terminal.end() == 0


def test_generate_without_a_prompt_does_not_ask(server: str) -> None:
    with Terminal("generate", "--host", server) as terminal:
        assert terminal.end() == 2
        assert "error: there is no prompt" in terminal.shown


@pytest.mark.parametrize("leave", ["/exit\r", "/bye\r", CTRL_D])
def test_a_conversation_ends_when_it_is_told_to(leave: str) -> None:
    with Server(lines(said("Hello."))) as server:
        with Terminal(*CHAT, "--host", server.url) as terminal:
            terminal.expect(">>>")
            terminal.send("hi\r")
            terminal.expect("Hello.\n>>>")
            terminal.send(leave)
            assert terminal.end() == 0
        assert re.match(r"m · session [0-9a-f]{12} · /help, Ctrl-D leaves\n", terminal.shown)
        assert server.requests[0].json["messages"] == [{"role": "user", "content": "hi"}]


def test_a_conversation_remembers_what_was_said() -> None:
    with Server(lines(said("one")), lines(said("two"))) as server:
        with Terminal(*CHAT, "-s", "be brief", "--host", server.url) as terminal:
            for question, answer in (("first", "one"), ("second", "two")):
                terminal.expect(">>>")
                terminal.send(f"{question}\r")
                terminal.expect(f"{answer}\n>>>")
            terminal.send("\r")
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert server.requests[1].json["messages"] == [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "first"},
            {"role": "assistant", "content": "one"},
            {"role": "user", "content": "second"},
        ]


def test_ctrl_c_stops_the_answer_and_keeps_the_conversation() -> None:
    with Server(stuck, lines(said("whole"))) as server:
        with Terminal(*CHAT, "--host", server.url) as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect("half an answer")
            terminal.send(CTRL_C)
            terminal.expect("note: stopped; the conversation goes on\n>>>")
            terminal.send("second\r")
            terminal.expect("whole\n>>>")
            terminal.send(CTRL_D)
            assert terminal.end() == 0
        assert server.requests[1].json["messages"][1] == {
            "role": "assistant",
            "content": "half an answer",
        }


def test_ctrl_c_at_the_prompt_keeps_the_conversation() -> None:
    with (
        Server(lines(said("yes"))) as server,
        Terminal(*CHAT, "--host", server.url) as terminal,
    ):
        terminal.expect(">>>")
        terminal.send("a thought that is given u")
        terminal.expect("given u")
        terminal.send(CTRL_C)
        terminal.send("hi\r")
        terminal.expect("yes\n>>>")
        terminal.send("/exit\r")
        assert terminal.end() == 0
        assert server.requests[0].json["messages"] == [{"role": "user", "content": "hi"}]


def test_an_error_does_not_end_the_conversation() -> None:
    failing = document({"error": "boom"}, 500)
    with Server(failing, lines(said("yes"))) as server:
        with Terminal(*CHAT, "--host", server.url) as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            terminal.expect("error: boom\n>>>")
            terminal.send("second\r")
            terminal.expect("yes\n>>>")
            terminal.send("/exit\r")
            assert terminal.end() == 0
        assert server.requests[1].json["messages"] == [{"role": "user", "content": "second"}]


def test_run_without_a_prompt_is_a_conversation(server: str) -> None:
    with Terminal("run", "demo", "--host", server) as terminal:
        terminal.expect(">>>")
        terminal.send("/exit\r")
        assert terminal.end() == 0


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 4)])
def test_a_missing_model_is_pulled_before_the_first_question(
    server: str, typed: str, code: int
) -> None:
    with Terminal("run", "llama3.2", "--host", server) as terminal:
        terminal.expect("pull llama3.2 (size unknown)? [y/N]")
        assert ">>>" not in terminal.shown
        terminal.send(typed)
        if code == 0:
            terminal.expect(">>>")
            assert "pulled llama3.2" in terminal.shown
            terminal.send("/exit\r")
        assert terminal.end() == code
        assert ("hint: get it: `ollama-cli --host " in terminal.shown) is bool(code)


@pytest.mark.parametrize(
    ("typed", "told"),
    [("n\n", "get it: /pull copy"), ("y\n", "the registry knows no model 'copy'")],
)
def test_what_was_said_with_a_model_that_is_gone_can_be_read(
    server: str, tmp_path: Path, typed: str, told: str
) -> None:
    asked = ("chat", "hi", "-m", "copy", "--save", "--host", server)
    assert call("cp", "demo", "copy", "--host", server).code == 0
    assert call(*asked, at=tmp_path).code == 0
    assert call("rm", "copy", "-y", "--host", server).code == 0
    with Terminal("chat", "-c", "--host", server, at=tmp_path) as terminal:
        terminal.expect("[y/N]")
        terminal.send(typed)
        terminal.expect_line(">>> ")
        assert told in terminal.shown
        assert ">>> hi" in terminal.shown
        terminal.send("/exit\r")
        assert terminal.end() == 0


def test_the_model_of_a_conversation_is_found(server: str) -> None:
    with Terminal("chat", "--host", server) as terminal:
        terminal.expect(">>>")
        assert "note: using demo:latest" in terminal.shown
        terminal.send(CTRL_D)
        assert terminal.end() == 0


@pytest.mark.parametrize("args", [["--json"], ["--no-input"], []])
def test_no_conversation_where_the_answer_goes_elsewhere(server: str, args: list[str]) -> None:
    out: dict[str, Any] = {} if args else {"stdout": subprocess.DEVNULL}
    with Terminal("chat", *args, "--host", server, **out) as terminal:
        assert terminal.end() == 2
        assert "there is no prompt" in terminal.shown


def test_a_name_that_is_asked_as_a_question_is_told_of(server: str) -> None:
    for command in ("chat", "generate"):
        with Terminal(command, "DEMO", "--host", server) as terminal:
            assert terminal.end() == 0
            note = "note: 'DEMO' is the question here; the model of that name: -m DEMO"
            assert note in " ".join(terminal.shown.split())
