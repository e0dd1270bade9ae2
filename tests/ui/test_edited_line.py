"""A line of a conversation: what interrupts it passes on, and the terminal gets its modes back."""

import builtins
import os
import pty
import signal
import sys
import termios
import tty
from collections.abc import Iterator

import pytest

from ollama_cli.errors import InterruptError
from ollama_cli.system import signals
from ollama_cli.ui import motion
from ollama_cli.ui.edited_line import read_line


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    master, slave = pty.openpty()
    with os.fdopen(master, "wb"), os.fdopen(slave, "r") as file:
        monkeypatch.setattr(sys, "stdin", file)
        yield slave


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemError(), InterruptError(1)])
@pytest.mark.parametrize(
    ("first", "kind"), [(signal.SIGTERM, InterruptError), (signal.SIGINT, KeyboardInterrupt)]
)
@pytest.mark.usefixtures("terminal")
def test_the_first_of_two_signals_passes_on(
    raised: BaseException, first: int, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python makes another error of it where the second one comes while the first is raised."""

    def broken(_: str) -> str:
        raise raised

    monkeypatch.setattr(builtins, "input", broken)
    monkeypatch.setattr(signals, "_STATE", signals._State())
    signals._STATE.first = first
    with pytest.raises(kind) as caught:
        read_line(">>> ")
    assert getattr(caught.value, "exit_code", 130) == 128 + first
    assert motion._STATE.moving == []


@pytest.mark.parametrize("raised", [EOFError(), KeyboardInterrupt(), SystemError()])
@pytest.mark.usefixtures("terminal")
def test_where_no_signal_came_what_is_raised_passes(
    raised: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> str:
        raise raised

    monkeypatch.setattr(builtins, "input", broken)
    with pytest.raises(type(raised)):
        read_line(">>> ")


def test_the_shell_has_its_modes_while_the_line_waits(
    terminal: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = termios.tcgetattr(terminal)

    def edited(_: str) -> str:
        tty.setcbreak(terminal)
        own = termios.tcgetattr(terminal)
        (line,) = motion._STATE.moving
        with line.suspended():
            assert termios.tcgetattr(terminal) == before
        assert termios.tcgetattr(terminal) == own != before
        line.close()
        return "typed"

    monkeypatch.setattr(builtins, "input", edited)
    assert read_line(">>> ") == "typed"
    assert termios.tcgetattr(terminal) == before
    assert capsys.readouterr().out == "\r>>> "
