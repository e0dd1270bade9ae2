"""Other programs are heard to their end, but for no longer and no further than was said."""

import sys

import pytest

from ollama_cli.system.processes import Ended, output

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
