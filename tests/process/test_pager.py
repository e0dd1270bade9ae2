"""Long tables on a terminal, as whole processes with a pager of their own."""

import signal
import sys
from pathlib import Path

import pytest
from shell import run
from terminals import CTRL_C, Terminal

# Shows the first lines, and waits for a key as pagers do: from the terminal, not from stdin.
PAGER = """
import os, signal, sys
signal.signal(signal.SIGINT, lambda *_: print("not yet", flush=True))
lines = sys.stdin.read().splitlines()
print(*lines[:3], f"{len(lines)} lines, q leaves:", sep="\\n", flush=True)
with open("/dev/tty") as keys:
    keys.readline()
sys.exit(1)
"""


@pytest.fixture
def pager(tmp_path: Path) -> dict[str, str]:
    script = tmp_path / "pager.py"
    script.write_text(PAGER)
    return {"OLLAMA_CLI_PAGER": f'"{sys.executable}" "{script}"'}


def test_a_long_table_waits_in_the_pager(tmp_path: Path, pager: dict[str, str]) -> None:
    with Terminal("config", "show", env=pager, at=tmp_path) as terminal:
        terminal.expect("q leaves:")
        assert terminal.lines[0].startswith("SETTING")
        terminal.send(CTRL_C)  # is the pager's own
        terminal.expect("not yet")
        terminal.send("q\n")
        assert terminal.end() == 0
        assert len(terminal.lines) < 8


def test_a_table_that_fits_is_shown_as_it_is(tmp_path: Path, pager: dict[str, str]) -> None:
    with Terminal("config", "show", env=pager, at=tmp_path, rows=200) as terminal:
        assert terminal.end() == 0
        assert "q leaves:" not in terminal.shown
        assert len(terminal.lines) > 24


def test_what_ends_the_program_ends_the_pager(tmp_path: Path, pager: dict[str, str]) -> None:
    with Terminal("config", "show", env=pager, at=tmp_path) as terminal:
        terminal.expect("q leaves:")
        terminal.signal(signal.SIGTERM)
        assert terminal.end() == 143


def test_there_is_no_pager_unasked(tmp_path: Path, pager: dict[str, str]) -> None:
    with Terminal("config", "show", "--no-pager", env=pager, at=tmp_path) as terminal:
        assert terminal.end() == 0
        shown = terminal.lines
    assert len(shown) > 24
    assert len(run("config", "show", env=pager, at=tmp_path).out.splitlines()) > 24


def test_an_error_stands_below_the_table(tmp_path: Path) -> None:
    broken = {"OLLAMA_CLI_PAGER": "no-such-pager"}
    with Terminal("help", "environment", env=broken, at=tmp_path) as terminal:
        assert terminal.end() == 0
        assert terminal.lines[-1] == (
            "warning: cannot run the pager no-such-pager: there is no such command"
        )
        assert len(terminal.lines) > 24
