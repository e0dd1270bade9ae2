"""Before an answer begins: a spinner that leaves no trace, and thinking that folds to one line."""

import signal
import subprocess
import threading
from typing import Any

import pytest
from answer_servers import ASK, DONE, Steps, said
from hostile import Peer, Server, document, lines
from terminals import Terminal

THOUGHT = said("", thinking="let me see")


def test_thinking_folds_when_the_answer_begins() -> None:
    steps = Steps(THOUGHT, said("**yes**"), DONE)
    with Server(steps) as server, Terminal(*ASK, "--host", server.url) as terminal:
        steps.go_on()
        terminal.expect("let me see")
        steps.go_on()
        steps.go_on()
        assert terminal.end() == 0
        assert terminal.lines == ["thought for 1 s", "yes"]


def test_thinking_is_kept_where_asked_for() -> None:
    script = lines(THOUGHT, said("yes"), DONE)
    with (
        Server(script) as server,
        Terminal(*ASK, "--show-thinking", "--host", server.url) as terminal,
    ):
        assert terminal.end() == 0
        assert terminal.lines == ["let me see", "yes"]


def test_thinking_is_whole_in_a_file_and_the_answer_in_style() -> None:
    script = lines(THOUGHT, said("**yes**"), DONE)
    with (
        Server(script) as server,
        Terminal(*ASK, "--host", server.url, stderr=subprocess.PIPE) as terminal,
    ):
        assert terminal.process.stderr is not None
        assert terminal.process.stderr.read() == b"let me see\n\n"
        assert terminal.end() == 0
        assert terminal.lines == ["yes"]


def test_thinking_folds_also_where_the_answer_goes_to_a_file() -> None:
    script = lines(THOUGHT, said("**yes**"), DONE)
    with (
        Server(script) as server,
        Terminal(*ASK, "--host", server.url, stdout=subprocess.PIPE) as terminal,
    ):
        assert terminal.process.stdout is not None
        assert terminal.process.stdout.read() == b"**yes**\n"
        assert terminal.end() == 0
        assert terminal.lines == ["thought for 1 s"]


def test_a_spinner_turns_until_the_first_byte_and_leaves_no_trace() -> None:
    steps = Steps(said("yes"), DONE)
    with Server(steps) as server, Terminal(*ASK, "--host", server.url) as terminal:
        terminal.expect("loading m … 1 s")
        steps.go_on()
        steps.go_on()
        assert terminal.end() == 0
        assert terminal.lines == ["yes"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_takes_the_spinner_away(number: int, code: int) -> None:
    with Server(Peer.stall) as server, Terminal(*ASK, "--host", server.url) as terminal:
        terminal.expect("loading m")
        terminal.process.send_signal(number)
        assert terminal.end() == code
        assert terminal.lines == []
        assert not terminal.screen.cursor.hidden


def test_an_error_takes_the_place_of_the_spinner() -> None:
    def refuse(peer: Peer) -> None:
        steps.acquire(timeout=10)
        document({"error": "broken"}, status=500)(peer)

    steps = threading.Semaphore(0)
    with Server(refuse) as server, Terminal(*ASK, "--host", server.url) as terminal:
        terminal.expect("loading m")
        steps.release()
        assert terminal.end() == 5
        assert not [line for line in terminal.lines if "loading" in line]


@pytest.mark.parametrize(
    ("more", "streams"), [(["-q"], {}), ([], {"stderr": subprocess.DEVNULL})], ids=str
)
def test_quiet_and_redirected_there_is_no_spinner(more: list[str], streams: dict[str, Any]) -> None:
    steps = Steps(said("yes"), said(" no"), DONE)
    with (
        Server(steps) as server,
        Terminal(*ASK, *more, "--host", server.url, **streams) as terminal,
    ):
        steps.go_on()
        terminal.expect("yes")
        steps.go_on()
        steps.go_on()
        assert terminal.end() == 0
    assert b"loading" not in terminal.raw
