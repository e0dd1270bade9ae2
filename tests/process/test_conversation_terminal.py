"""A conversation on a terminal: what is typed at which moment, signals, and what is left behind."""

import re
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from answer_servers import CHUNKED, DONE, Steps, said
from hostile import LAST_CHUNK, Peer, Server, by_path, chunk, document, lines
from missing_models import PULL, Lacking, paths
from terminals import CTRL_C, CTRL_D, Terminal

CHAT = ("chat", "-m", "m", "--no-preload")
RIGHT = re.compile(" +m · .*")
MODEL = {"name": "m:latest", "model": "m:latest", "size": 100}
BUSY, CTRL_Z, QUIT = "half an answer", "\x1a", "\x1c"
OFF = b"\x1b[?2004l"
LINES_PER_READ = """
import os, sys
from ollama_cli.ui.line.choose import choose
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.streams import open_stdin, open_stream
print("got", sys.stdin.read().split())
out, err = (open_stream(each, os.environ) for each in (sys.stdout, sys.stderr))
line = choose(out, Prompter(err, open_stdin()), os.environ)
try:
    while True:
        print("sent", repr(line.read().text))
except EOFError:
    line.close()
"""


def is_quiet(modes: list[Any]) -> bool:
    return not modes[3] & (termios.ECHO | termios.ICANON) and bool(modes[3] & termios.ISIG)


def is_raw(modes: list[Any]) -> bool:
    return not modes[3] & termios.ISIG


def stuck(peer: Peer) -> None:
    part = b'{"message":{"content":"%s"}}\n' % BUSY.encode()
    peer.send(CHUNKED, chunk(part))
    peer.gone()


class Talk(Terminal):
    """A terminal whose right prompts are left out of what is shown."""

    @property
    def shown(self) -> str:
        return RIGHT.sub("", super().shown)


@pytest.fixture
def server() -> Iterator[str]:
    """A server whose answer to `stuck` never ends, and that says `ok` to all else."""

    def talk(peer: Peer) -> None:
        if peer.request.json["messages"][-1]["content"] == "stuck":
            stuck(peer)
        else:
            peer.send(CHUNKED, chunk(b'{"message":{"content":"ok"},"done":true}\n'), LAST_CHUNK)

    answers = {"/api/chat": talk, "/api/tags": document({"models": [MODEL]})}
    with Server(by_path(answers)) as running:
        yield running.url


def test_what_is_typed_before_the_first_prompt_is_the_first_question() -> None:
    with Server(lines(DONE | said("ok"))) as server:
        with Talk(*CHAT, "--host", server.url) as terminal:
            terminal.expect_modes(is_quiet)
            assert ">>>" not in terminal.shown
            terminal.send("early\rsecond\r")
            terminal.expect(">>> early\n")
            terminal.expect(">>> second\n")
            terminal.expect_modes(is_raw)
            terminal.send(CTRL_D)
            assert terminal.end() == 0
            assert terminal.modes == terminal.first_modes
        asked = [request.json["messages"][-1]["content"] for request in server.requests]
        assert asked == ["early", "second"]
    assert terminal.raw.index(b"early") > terminal.raw.index(b">>>")  # nothing echoed it
    assert b"\x1b[6n" not in terminal.raw
    assert b"\x1b]" not in terminal.raw
    assert terminal.raw.count(OFF) == 1
    assert terminal.raw.endswith(OFF)


def test_statistics_follow_answers_until_they_are_switched_off() -> None:
    with Server(lines(DONE | said("ok") | {"eval_count": 4})) as server:
        with Talk(*CHAT, "--stats", "--host", server.url) as terminal:
            terminal.expect(">>>")
            terminal.send("hi\r")
            terminal.expect("answer tokens:  4")
            terminal.send("/set stats off\r")
            terminal.expect("stats is off")
            terminal.send("again\r")
            terminal.send(CTRL_D)
            assert terminal.end() == 0
        assert terminal.raw.count(b"answer tokens") == 1


def test_what_is_typed_and_pasted_in_mid_answer_waits_for_its_turn() -> None:
    answer = Steps(said("one "), said("two "), DONE)
    with Server(answer, lines(DONE | said("ok"))) as server:
        with Talk(*CHAT, "--host", server.url) as terminal:
            terminal.expect(">>>")
            terminal.send("first\r")
            answer.go_on()
            terminal.expect("one")
            terminal.send("next\r")
            terminal.send("\x1b[200~pasted\rlines\r\x1b[201~\x1b]11;rgb:0/0/0\x07\x1b[I")
            terminal.resize(60, 24)
            terminal.signal(signal.SIGWINCH)
            answer.go_on()
            terminal.expect("two")
            assert "next" not in terminal.shown
            answer.go_on()
            terminal.expect(">>> next\nok")
            terminal.expect(">>> pasted\n... lines\n...")
            assert len(server.requests) == 2
            terminal.send("end\r")
            terminal.expect("... end\nok")
            terminal.expect_modes(is_raw)
            terminal.send(CTRL_D)
            assert terminal.end() == 0
        assert "one two\n>>> next\nok\n>>> pasted\n" in terminal.shown
        asked = [request.json["messages"][-1]["content"] for request in server.requests]
        assert asked == ["first", "next", "pasted\nlines\nend"]


def test_ctrl_c_again_and_again_stops_the_answer_and_nothing_else(server: str) -> None:
    with Talk(*CHAT, "--host", server) as terminal:
        terminal.expect(">>>")
        terminal.send("stuck\r")
        terminal.expect(BUSY)
        terminal.send("kept")
        pause = threading.Event()
        for _ in range(20):
            terminal.send(CTRL_C)
            pause.wait(0.02)  # as a hand does it
        terminal.send("more\r")
        terminal.expect("more\nok\n>>>")
        assert terminal.shown.count("stopped; the conversation goes on") == 1
        assert terminal.shown.count("Ctrl-D or /exit leaves") <= 2
        assert "Traceback" not in terminal.shown
        terminal.send(CTRL_D)
        assert terminal.end() == 0
        assert terminal.modes == terminal.first_modes


def test_ctrl_c_stops_an_answer_also_behind_a_large_paste(server: str) -> None:
    text = "word " * 6000
    with Talk(*CHAT, "--host", server) as terminal:
        terminal.expect(">>>")
        terminal.send("stuck\r")
        terminal.expect(BUSY)
        terminal.send(f"\x1b[200~{text}\x1b[201~")
        terminal.send(CTRL_C)
        terminal.expect("stopped; the conversation goes on")
        terminal.expect(">>> [paste 1: 1 line, 30000 chars]")
        terminal.send(CTRL_C + CTRL_D)
        assert terminal.end() == 0
        assert terminal.modes == terminal.first_modes


@pytest.mark.parametrize("awaited", [">>>", BUSY])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(
    awaited: str, number: int, server: str
) -> None:
    with Talk(*CHAT, "--host", server) as terminal:
        terminal.expect(">>>")
        terminal.send("stuck\r" if awaited == BUSY else "some text")
        terminal.expect(BUSY if awaited == BUSY else "some text")
        terminal.signal(number, number)
        assert terminal.end() == 128 + number
        assert terminal.modes == terminal.first_modes
        assert terminal.raw.endswith(OFF)
        assert terminal.screen.cursor.x == 0
        assert not terminal.screen.cursor.hidden
        assert "Traceback" not in terminal.shown


def test_a_ctrl_c_from_elsewhere_clears_the_line(server: str) -> None:
    with Talk(*CHAT, "--host", server) as terminal:
        terminal.expect(">>>")
        terminal.send("given up")
        terminal.expect("given up")
        terminal.signal(signal.SIGINT)
        terminal.send("hi\r")
        terminal.expect(">>> hi\nok\n>>>")
        terminal.send(CTRL_D)
        assert terminal.end() == 0


def test_quit_gives_the_terminal_back(server: str) -> None:
    with Talk(*CHAT, "--host", server) as terminal:
        terminal.expect(">>>")
        terminal.send("stuck\r")
        terminal.expect(BUSY)
        terminal.send(QUIT)
        assert terminal.end() == -signal.SIGQUIT
        assert terminal.modes == terminal.first_modes
        assert terminal.raw.endswith(OFF)


def test_a_question_of_ours_is_not_answered_by_what_was_typed_ahead() -> None:
    with Server(Lacking()) as server, Talk(*CHAT, "--host", server.url) as terminal:
        terminal.expect(">>>")
        terminal.send("first\ry\r")
        terminal.expect("pull m (size unknown)? [y/N]")
        terminal.send("n\n")
        terminal.expect(">>> y\npull m (size unknown)? [y/N]")
        terminal.send("n\n")
        terminal.expect_modes(is_raw)
        terminal.send(CTRL_D)
        assert terminal.end() == 0
        assert PULL not in paths(server)


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_only_prints_has_a_plain_line(term: str, server: str) -> None:
    with Talk(*CHAT, "--host", server, env={"TERM": term}) as terminal:
        terminal.expect(">>>")
        terminal.send('"""one\r')
        terminal.expect("\n...")
        terminal.send('two"""\r')
        terminal.expect("ok\n>>>")
        terminal.send("stuck\r")
        terminal.expect(BUSY)
        terminal.send("ahead\r")
        terminal.send(CTRL_C)
        terminal.expect("ahead\nok\n>>>")
        assert terminal.shown.count("ahead") == 1
        terminal.send(CTRL_C)
        terminal.expect("note: Ctrl-D or /exit leaves\n>>>")
        terminal.expect_modes(lambda modes: not modes[3] & termios.ICANON)
        terminal.send("\x1b[200~a paste without an end")
        terminal.expect("without an end")
        terminal.send(CTRL_C)
        terminal.expect("without an end\n>>>")
        terminal.send("/exit\r")
        assert terminal.end() == 0
        assert terminal.modes == terminal.first_modes
    assert b"\x1b[?2004" not in terminal.raw
    assert b"\x1b[6n" not in terminal.raw


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_keys_come_from_the_terminal_where_stdin_is_a_pipe(term: str) -> None:
    with Terminal(
        "-c",
        LINES_PER_READ,
        program=sys.executable,
        env={"TERM": term},
        stdin=subprocess.PIPE,
    ) as terminal:
        assert terminal.process.stdin is not None
        terminal.process.stdin.write(b"a piped text")
        terminal.process.stdin.close()
        terminal.expect("got ['a', 'piped', 'text']\n>>>")
        terminal.send("hello\r")
        terminal.expect("sent 'hello'\n>>>")
        terminal.send(CTRL_D)
        assert terminal.end() == 0
        assert terminal.modes == terminal.first_modes


@pytest.mark.parametrize(
    ("options", "env", "has_colour"),
    [
        ([], {"NO_COLOR": "1"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_colours(options: list[str], env: dict[str, str], has_colour: bool, server: str) -> None:
    with Talk(*CHAT, *options, "--host", server, env=env) as terminal:
        terminal.expect(">>>")
        terminal.send("\x1b[200~a\tb\x1b[31mc\x1b[201~")
        terminal.expect("^[[31m")
        terminal.send(CTRL_C + CTRL_D)
        assert terminal.end() == 0
    assert any(colour != b"\x1b[0m" for colour in terminal.colours) is has_colour


def test_an_answer_on_a_terminal_loads_no_line_and_leaves_it_as_it_is(server: str) -> None:
    code = (
        "import runpy, sys; sys.argv[0] = 'ollama-cli'\n"
        "try: runpy.run_module('ollama_cli', run_name='__main__')\n"
        "except SystemExit: print(*sorted(sys.modules), sep=',')"
    )
    args = ("-c", code, *CHAT, "hi", "--no-stdin", "--host", server)
    with Terminal(*args, program=sys.executable, columns=2000, rows=50) as terminal:
        assert terminal.end() == 0
    assert "ollama_cli.features.chat.talk," in terminal.shown
    assert "prompt_toolkit" not in terminal.shown
    assert "wcwidth" not in terminal.shown
    assert b"\x1b[?2004" not in terminal.raw
