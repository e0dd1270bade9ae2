"""A quiet terminal: which modes it has, who gets the old ones back, and what is kept."""

import os
import pty
import termios
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from ollama_cli.ui.line.quiet import Quiet, is_plain

ON, OFF = b"\x1b[?2004h", b"\x1b[?2004l"
INPUT, LOCAL = 0, 3


class Terminal(NamedTuple):
    master: int
    slave: int
    quiet: Quiet

    @property
    def modes(self) -> list[Any]:
        return termios.tcgetattr(self.slave)

    def has_written(self, sequence: bytes) -> bool:
        """Wait for so many bytes; tell whether they are these."""
        found = b""
        while len(found) < len(sequence):
            found += os.read(self.master, len(sequence) - len(found))
        return found == sequence


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    yield Terminal(master, slave, Quiet(slave, slave, brackets=True))
    os.close(master)
    os.close(slave)


def is_quiet(modes: list[Any]) -> bool:
    local = modes[LOCAL]
    echoes = local & (termios.ECHO | termios.ICANON) or modes[INPUT] & termios.ICRNL
    return not echoes and bool(local & termios.ISIG and local & termios.NOFLSH)


def is_raw(modes: list[Any]) -> bool:
    return not modes[LOCAL] & (termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)


def test_it_is_quiet_from_beginning_to_end(terminal: Terminal) -> None:
    before = terminal.modes
    terminal.quiet.begin()
    terminal.quiet.begin()
    assert is_quiet(terminal.modes)
    with terminal.quiet.raw():
        assert is_raw(terminal.modes)
    assert is_quiet(terminal.modes)
    terminal.quiet.close()
    terminal.quiet.close()
    assert terminal.modes == before
    assert terminal.has_written(ON + OFF)


def test_a_line_that_is_open_is_suspended_too(terminal: Terminal) -> None:
    before = terminal.modes
    with terminal.quiet.raw():
        with terminal.quiet.suspended():
            assert terminal.modes == before
        assert is_raw(terminal.modes)
    assert is_quiet(terminal.modes)
    assert terminal.has_written(ON + OFF + ON)


def test_one_within_the_other(terminal: Terminal) -> None:
    before = terminal.modes
    terminal.quiet.begin()
    with terminal.quiet.suspended():
        with terminal.quiet.suspended():
            assert terminal.modes == before
        assert terminal.modes == before
        terminal.quiet.renew()
        assert terminal.modes == before
    assert is_quiet(terminal.modes)


def test_after_a_shell_had_it_unasked_the_modes_are_set_again(terminal: Terminal) -> None:
    before = terminal.modes
    terminal.quiet.begin()
    termios.tcsetattr(terminal.slave, termios.TCSANOW, before)
    terminal.quiet.renew()
    assert is_quiet(terminal.modes)
    terminal.quiet.close()
    terminal.quiet.renew()
    assert terminal.modes == before


def test_what_was_typed_ahead_is_for_no_shell(terminal: Terminal) -> None:
    terminal.quiet.begin()
    os.write(terminal.master, b"rm -rf x\r")
    with terminal.quiet.suspended():
        os.set_blocking(terminal.slave, False)
        with pytest.raises(BlockingIOError):
            os.read(terminal.slave, 10)
        os.set_blocking(terminal.slave, True)
    assert terminal.quiet.take() == b"rm -rf x\r"
    assert terminal.quiet.take() == b""


def test_much_that_is_typed_ahead_does_not_fill_the_terminal(terminal: Terminal) -> None:
    terminal.quiet.begin()
    terminal.quiet.keep_keys()
    much = b"0123456789abcdef" * 4096
    os.write(terminal.master, much)  # a full terminal would take no more
    ahead = terminal.quiet.take()
    with terminal.quiet.raw():
        while len(ahead) < len(much):
            ahead += os.read(terminal.slave, 65536)
    terminal.quiet.close()
    assert ahead == much


def test_in_the_background_nothing_is_changed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = terminal.modes
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
    terminal.quiet.begin()
    assert terminal.modes == before
    monkeypatch.undo()
    terminal.quiet.begin()
    quiet = terminal.modes
    termios.tcsetattr(terminal.slave, termios.TCSANOW, before)
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
    terminal.quiet.renew()
    assert terminal.modes == before
    monkeypatch.undo()
    terminal.quiet.renew()
    assert terminal.modes == quiet
    assert terminal.has_written(ON + ON)


def test_a_terminal_that_has_gone_is_no_error(terminal: Terminal) -> None:
    terminal.quiet.begin()
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, terminal.slave)
    os.close(nothing)
    with terminal.quiet.suspended(), terminal.quiet.raw():
        terminal.quiet.renew()
    terminal.quiet.close()


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_where_pastes_have_no_brackets_none_are_asked_for(term: str) -> None:
    master, slave = pty.openpty()
    quiet = Quiet(slave, slave, brackets=not is_plain(term))
    quiet.begin()
    quiet.close()
    os.write(slave, b"nothing else")
    assert os.read(master, 100) == b"nothing else"
    os.close(slave)
    os.close(master)
