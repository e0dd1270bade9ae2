"""Programs that work for us: one run to its end, one that answers lines."""

import os
import sys
import time

import pytest
from lives import is_alive
from waits import until

from ollama_cli.system.workers import Finished, Worker, run

ENVIRON = {"PATH": os.environ["PATH"]}


def python(
    code: str, data: bytes = b"", *, seconds: float | None = 30, largest: int = 99
) -> Finished:
    words = [sys.executable, "-c", code]
    return run(words, data, ENVIRON, seconds=seconds, largest=largest)


def test_what_a_program_wrote_and_how_it_ended() -> None:
    code = "import sys; sys.stderr.write('e1\\ne2'); print(sys.stdin.read()); sys.exit(3)"
    assert python(code, b"in") == Finished(3, b"in\n", 3, ("e1", "e2"))


def test_a_program_that_reads_nothing_and_one_that_writes_much() -> None:
    assert python("print('x')", b"a" * 1_000_000) == Finished(0, b"x\n", 2)
    assert python("print('y' * 1_000_000)", largest=4) == Finished(0, b"yyyy", 1_000_001)


def test_nothing_that_was_written_before_the_end_is_lost() -> None:
    for _ in range(5):
        found = python("import os; os.write(1, b'z' * 60_000 + b'\\n' * 5_000)", largest=1 << 20)
        assert (found.code, found.written, len(found.output)) == (0, 65_000, 65_000)


def test_a_program_that_takes_too_long_is_ended() -> None:
    begin = time.monotonic()
    assert python("import time; time.sleep(600)", seconds=0.05).code is None
    assert time.monotonic() - begin < 30


def test_what_a_program_leaves_behind_is_ended() -> None:
    ended = run(["sh", "-c", "sleep 600 & echo $!"], b"", ENVIRON, seconds=30, largest=99)
    until(lambda: not is_alive(int(ended.output)))


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(OSError, match="no-such-program"):
        run(["no-such-program-at-all"], b"", ENVIRON, seconds=1, largest=1)


def test_lines_are_answered_until_the_end() -> None:
    code = "import sys\nfor line in sys.stdin:\n    print(line.strip()[::-1], flush=True)\n"
    worker = Worker([sys.executable, "-c", code], ENVIRON)
    assert worker.ask(b"abc\n", 30) == b"cba\n"
    with pytest.raises(TimeoutError):
        worker.ask(b"", 0.01)
    assert worker.ask(b"de\n", 30) == b"ed\n"
    worker.stop()
    assert worker.ask(b"x\n", 30) is None


def test_a_worker_that_ends_in_the_middle_of_a_line() -> None:
    code = "import sys; sys.stderr.write('why\\n'); sys.stdout.write('half')"
    worker = Worker([sys.executable, "-c", code], ENVIRON)
    assert worker.ask(b"", 30) is None
    worker.stop()
    assert (worker.told(), worker.told()) == (["why"], [])
