"""Two signals at once, Ctrl-Z and a shell's background: the terminal is given back each time."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from answer_servers import said
from hostile import CHUNKED, Peer, Server, by_path, chunk, document
from shell import PROGRAM, environment, home
from terminals import CTRL_C, PATIENCE, Terminal

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
CTRL_Z = "\x1a"
CLEAR = r"printf '\033[2J\033[H'"
LAYER = {"status": "pulling ab", "digest": "sha256:" + "ab" * 32, "total": 100_000_000}
TAB = {"WT_SESSION": "1"}
NO_PROGRESS = b"\x1b]9;4;0;0\x1b\\"
MODEL = {"name": "m:latest", "model": "m:latest", "size": 100}


def begun(*values: object) -> list[bytes]:
    return [CHUNKED, *(chunk(json.dumps(value).encode() + b"\n") for value in values)]


def pull(peer: Peer) -> None:
    peer.send(*begun({**LAYER, "completed": 42_000_000}))
    peer.gone()


def talk(peer: Peer) -> None:
    if peer.request.json["model"] == "m":
        peer.send(*begun(said("**one** two")))
    peer.gone()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that begins to answer, and then waits to see its client go."""
    answers = {
        "/api/pull": pull,
        "/api/chat": talk,
        "/api/tags": document({"models": [MODEL]}),
        "/api/show": document({"capabilities": ["completion"]}),
    }
    with Server(by_path(answers)) as running:
        yield running.url


WAITS = {
    "an answer that has not begun": ("loading n", "chat", "hi", "-m", "n", "--no-stdin"),
    "an answer": ("one", "chat", "hi", "-m", "m", "--no-stdin"),
    "bars": ("42 %", "models", "pull", "m"),
    "several bars": ("42 %", "models", "pull", "a", "b", "c", "-j", "3"),
    "a question": ("[y/N]", "models", "rm", "m"),
    "a prompt": (">>>", "chat", "-m", "m"),
}
PAIRS = [(INT, HUP), (HUP, TERM), (TERM, INT)]


@pytest.mark.parametrize(
    ("wait", "typed", "number"),
    [("a question", CTRL_C, INT), ("a question", "", TERM), ("a prompt", "", TERM)],
)
def test_a_question_without_an_answer_leaves_the_next_line_to_the_shell(
    wait: str, typed: str, number: int, server: str
) -> None:
    awaited, *args = WAITS[wait]
    with Terminal(*args, "--host", server) as terminal:
        terminal.expect(awaited)
        if typed:
            terminal.send(typed)
        else:
            terminal.signal(number)
        assert terminal.end() == 128 + number
        assert terminal.screen.cursor.x == 0


@pytest.mark.parametrize("wait", WAITS)
def test_of_two_signals_the_first_decides(wait: str, server: str) -> None:
    awaited, *args = WAITS[wait]
    # In a conversation Ctrl-C stops an answer alone.
    pairs = PAIRS[1:] if wait == "a prompt" else PAIRS[:2]
    with ExitStack() as stack:
        terminals = [stack.enter_context(Terminal(*args, "--host", server, env=TAB)) for _ in pairs]
        for terminal, numbers in zip(terminals, pairs, strict=True):
            terminal.expect(awaited)
            terminal.signal(*numbers)
            code = terminal.end()
            assert code in {128 + number for number in numbers}, terminal.shown
            assert not terminal.screen.cursor.hidden
            assert terminal.modes == terminal.first_modes
            assert "Traceback" not in terminal.shown
            assert "Exception" not in terminal.shown
            assert not (b"]9;4;" in terminal.raw and not terminal.raw.count(NO_PROGRESS))


class Shell(Terminal):
    """A shell with job control that starts our program, and sets no modes of its own."""

    def __init__(self, *lines: str) -> None:
        super().__init__("-i", program="/bin/sh", env={**TAB, "PS1": "sh> ", "HISTFILE": ""})
        for line in ("set +o emacs", *lines, "echo read''y"):
            self.send(f"{line}\n")
        self.expect("ready")

    def start(self, *args: str, ending: str = "") -> None:
        self.send(f"{PROGRAM} {' '.join(args)}{ending}\n")

    def expect_state(self, modes: list[object], *, hidden: bool = False) -> None:
        """Wait for these modes, and a cursor that is hidden or not."""
        end = time.monotonic() + PATIENCE
        while self.screen.cursor.hidden is not hidden or self.modes != modes:
            assert time.monotonic() < end, f"{self.shown}\n{self.modes}, not {modes}"
            time.sleep(0.01)


@pytest.mark.parametrize("wait", [each for each in WAITS if each != "an answer"])
def test_ctrl_z_lends_the_terminal_to_the_shell(wait: str, server: str) -> None:
    awaited, *args = WAITS[wait]
    with Shell() as shell:
        modes = shell.modes
        shell.start(*args, "--host", server)
        shell.expect(awaited)
        running = shell.modes
        for _ in range(2):
            shell.send(CTRL_Z)
            shell.expect("Stopped")
            shell.expect_state(modes)
            shell.send(f"{CLEAR}; fg\n")
            shell.expect(f"\n{awaited}", f" {awaited}", f"  {awaited}")
            shell.expect_state(running, hidden="bars" in wait)
        shell.signal(signal.SIGKILL)


def test_ctrl_z_in_an_answer_gives_the_shell_its_modes_and_no_text_of_ours(server: str) -> None:
    with Shell() as shell:
        modes = shell.modes
        shell.start("chat", "-m", "m", "--host", server)
        shell.expect(">>>")
        shell.send("hi\r")
        shell.expect("\n**one** two", "\none two")
        quiet = shell.modes
        assert quiet != modes
        shell.send("typed ahead")
        for _ in range(2):
            shell.send(CTRL_Z)
            shell.expect("Stopped")
            shell.expect_state(modes)
            shell.send(f"{CLEAR}; echo 'mine'; fg\n")
            shell.expect("mine")
            shell.expect_state(quiet)
        shell.send(CTRL_C)
        shell.expect(">>> typed ahead")
        shell.send("\x15\x04")
        shell.expect_state(modes)
        shell.send("echo code $?\n")
        shell.expect("code 0")
        assert "not found" not in shell.shown


def test_a_pull_in_the_background_draws_when_it_comes_to_the_front(server: str) -> None:
    with Shell("stty tostop") as shell:
        shell.start("models", "pull", "m", "--host", server, ending=" &")
        shell.send("jobs\n")
        shell.expect("Running")
        shell.send(f"{CLEAR}; fg\n")
        shell.expect("42 %")
        shell.send(CTRL_Z)
        shell.expect("Stopped")
        shell.send(f"{CLEAR}; bg; jobs\n")
        shell.expect("Running")
        shell.send(f"{CLEAR}; fg\n")
        shell.expect("42 %")
        shell.send(CTRL_C)
        shell.expect("interrupted at 42 %")
        shell.send("echo code $?\n")
        shell.expect("code 130")
        assert not shell.screen.cursor.hidden
        shell.signal(signal.SIGKILL)


def test_what_a_script_ignores_stays_ignored() -> None:
    """A command with `&` behind it is deaf to Ctrl-C, one under nohup to a line that is cut."""
    asked = threading.Event()

    def script(peer: Peer) -> None:
        asked.set()
        peer.gone()

    with Server(script) as server:
        line = f"trap '' HUP; {PROGRAM} models list --host {server.url} & echo $!; wait $!; exit $?"
        with subprocess.Popen(
            ["/bin/sh", "-c", line], stdout=subprocess.PIPE, env=environment(), cwd=home()
        ) as shell:
            assert shell.stdout is not None
            program = int(shell.stdout.readline())
            assert asked.wait(PATIENCE)
            for number in (INT, HUP, INT, HUP, TERM):
                os.kill(program, number)
            assert shell.wait(PATIENCE) == 143
