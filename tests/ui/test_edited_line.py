"""A line of a conversation: what interrupts it passes on, and the terminal gets its modes back."""

import builtins
import os
import pty
import sys
import termios
import tty
from collections.abc import Iterator

import pytest

from ollama_cli.errors import InterruptError
from ollama_cli.ui import motion
from ollama_cli.ui.edited_line import read_line


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    master, slave = pty.openpty()
    with os.fdopen(master, "wb"), os.fdopen(slave, "r") as file:
        monkeypatch.setattr(sys, "stdin", file)
        yield slave


def interrupted(cause: BaseException) -> SystemError:
    """What Python makes of a signal that comes while another one is raised."""
    error = SystemError("returned a result with an exception set")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (interrupted(InterruptError(15)), InterruptError),
        (interrupted(KeyboardInterrupt()), KeyboardInterrupt),
        (interrupted(ValueError()), SystemError),
        (EOFError(), EOFError),
    ],
)
@pytest.mark.usefixtures("terminal")
def test_the_first_of_two_signals_passes_on(
    raised: BaseException, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> str:
        raise raised

    monkeypatch.setattr(builtins, "input", broken)
    with pytest.raises(kind):
        read_line(">>> ")
    assert motion._STATE.moving == []


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
