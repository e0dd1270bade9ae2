"""Programs that serve us: heard line by line, and ended with all that they started."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from lives import is_alive
from waits import until

from ollama_cli.system import groups
from ollama_cli.system.children import Child
from ollama_cli.types import threads

ECHOES = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: 0)\n"
    "print('up', flush=True)\nwhile True: time.sleep(60)"
)
SLEEPS = "import time; time.sleep(60)"
LEAVES_ONE_BEHIND = (
    "import subprocess as s, sys\n"
    "print(s.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)"
)


@contextmanager
def child(program: str, **environ: str) -> Iterator[Child]:
    started = Child([sys.executable, "-c", program], {"PATH": os.environ["PATH"], **environ})
    try:
        yield started
    finally:
        started.stop(0.05)
        list(started.error_lines())


def test_what_is_sent_comes_back_line_by_line() -> None:
    with child(ECHOES) as echo:
        echo.send(b"one\n" + b"a" * 300_000 + b"\n")
        assert echo.read_line(1 << 20) == b"one\n"
        assert len(echo.read_line(1 << 20)) == 300_001


def test_a_line_that_is_too_long_comes_without_its_end() -> None:
    with child("print('a' * 100)") as talker:
        assert talker.read_line(10) == b"a" * 11


def test_the_last_line_and_the_end_of_the_output() -> None:
    with child("print('b', end='')") as talker:
        assert (talker.read_line(10), talker.read_line(10), talker.read_line(10)) == (
            b"b",
            b"",
            b"",
        )


def test_it_gets_the_environment_that_it_is_given_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OURS", "x")
    with child("import os; print(sorted(os.environ.keys() - {'LC_CTYPE'}))", PLACE="here") as told:
        assert told.read_line(999) == b"['PATH', 'PLACE']\n"


def test_its_errors_are_heard_on_their_own() -> None:
    with child("import sys; print('a\\nb', file=sys.stderr)") as talker:
        assert list(talker.error_lines()) == [b"a\n", b"b\n"]


def test_it_is_out_of_reach_of_our_ctrl_c() -> None:
    with child("import os; print(os.getsid(0) == os.getpid())") as told:
        assert told.read_line(99) == b"True\n"


def test_one_that_ends_with_its_input_is_not_killed() -> None:
    with child(ECHOES) as echo:
        echo.stop(30)
        assert echo.exit_code == 0


def test_one_that_ignores_everything_is_killed() -> None:
    with child(STUBBORN) as stubborn:
        assert stubborn.read_line(99) == b"up\n"
        stubborn.stop(0.05)
        assert stubborn.exit_code == -signal.SIGKILL


def test_one_that_reads_nothing_does_not_keep_us_from_ending_it() -> None:
    with child(STUBBORN) as stubborn:
        failed: list[OSError] = []

        def send() -> None:
            try:
                stubborn.send(b"a" * 10_000_000)
            except OSError as error:
                failed.append(error)

        sending = threads.start(send)
        stubborn.read_line(99)
        stubborn.stop(0.05)
        sending.join(30)
        assert len(failed) == 1


def test_what_it_leaves_behind_is_ended_with_it() -> None:
    with child(LEAVES_ONE_BEHIND) as leaving:
        grandchild = int(leaving.read_line(99))
        assert is_alive(grandchild)
        leaving.stop(30)
        until(lambda: not is_alive(grandchild))


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        Child(["/no/such/program"], {})


ENDS = {
    "at its end": "pass",
    "by a bug": "raise ValueError",
    "by force": (
        "import os, signal, time; from ollama_cli.system import sentinel, signals\n"
        "sentinel.PATIENCE = 0.1\n"
        "def stuck():\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    try: time.sleep(60)\n"
        "    finally: time.sleep(60)\n"
        "signals.watched(stuck)"
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_none_outlives_us(end: str) -> None:
    program = (
        "import sys; from ollama_cli.system.children import Child\n"
        f"kept = Child([sys.executable, '-c', {STUBBORN!r}], {{}})\n"
        "kept.read_line(99); print(kept._process.pid, flush=True)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program + end], capture_output=True, check=False, timeout=60
    )
    pid = int(ran.stdout)
    until(lambda: not is_alive(pid))


def test_a_signal_as_it_is_started_loses_no_program() -> None:
    program = f"""
import os, signal, sys
from ollama_cli.system import groups, signals
from ollama_cli.system.children import Child
add = groups.add
def interrupted(group):
    print(group, flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    add(group)
groups.add = interrupted
sys.exit(signals.watched(lambda: Child([sys.executable, "-c", {SLEEPS!r}], {{}})))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=60
    )
    assert ran.returncode == 130
    until(lambda: not is_alive(int(ran.stdout)))


def test_a_group_that_has_gone_is_told_nothing() -> None:
    with child("pass") as ended:
        pid = ended._process.pid
        ended.stop(30)
        groups.tell(pid, signal.SIGTERM)
    assert pid not in groups._RUNNING
