"""Other programs are heard to their end, but for no longer and no further than was said."""

import os
import sys
import time
from pathlib import Path

import pytest

from ollama_cli.system.processes import Ended, feed, output

LEAVES_ONE_BEHIND = "import subprocess as s, sys; s.Popen([sys.executable, '-c', {0!r}]); print(1)"
SLEEPS = "import time; time.sleep(3)"


@pytest.mark.parametrize(
    ("program", "ended"),
    [
        ("print('key')", Ended(0, b"key\n")),
        ("print('key'); exit(3)", Ended(3, b"key\n")),
        ("import sys; print(sys.stdin.read())", Ended(0, b"\n")),
        ("import sys; print('hush', file=sys.stderr)", Ended(0, b"")),
    ],
)
def test_a_program_is_heard_to_its_end(program: str, ended: Ended) -> None:
    assert output([sys.executable, "-c", program], seconds=30, largest=100) == ended


@pytest.mark.parametrize(
    "program",
    [
        SLEEPS,
        LEAVES_ONE_BEHIND.format(SLEEPS),
        "import os, time; os.close(1); time.sleep(3)",
    ],
    ids=["silent", "leaves one behind", "goes on"],
)
def test_a_program_that_does_not_come_to_an_end_is_given_up(program: str) -> None:
    assert output([sys.executable, "-c", program], seconds=0.4, largest=100) == Ended(None)


def test_a_program_that_does_not_stop_talking_is_ended() -> None:
    code, told = output(
        [sys.executable, "-c", "while True: print('a' * 99)"], seconds=30, largest=9
    )
    assert (code != 0, told) == (True, b"a" * 10)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import sys; exit(len(sys.stdin.read()) != 300_000)", 0),
        ("import sys; exit(3)", 3),
        ("import os; exit(os.environ.get('PLACE') != 'here')", 0),
        ("import os; exit(os.getsid(0) != os.getpid())", 0),
    ],
    ids=["reads all", "reads nothing", "knows its environment", "is out of reach of Ctrl-C"],
)
def test_a_program_is_fed_and_its_end_awaited(program: str, code: int) -> None:
    environ = {**os.environ, "PLACE": "here"}
    words = [sys.executable, "-c", program]
    assert feed(words, b"a" * 300_000, seconds=30, environ=environ) == code


def test_a_program_that_takes_too_long_over_its_input_is_given_up() -> None:
    words = [sys.executable, "-c", SLEEPS]
    assert feed(words, b"a" * 300_000, seconds=0.2, environ=os.environ) is None


def test_what_a_program_leaves_behind_is_not_waited_for_and_not_ended(tmp_path: Path) -> None:
    there = tmp_path / "there"
    code = f"import pathlib, time; time.sleep(0.2); pathlib.Path({str(there)!r}).touch()"
    words = [sys.executable, "-c", LEAVES_ONE_BEHIND.format(code)]
    assert feed(words, b"a", seconds=30, environ=os.environ) == 0
    while not there.exists():
        time.sleep(0.01)
