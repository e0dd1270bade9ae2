"""Answers that are kept, as whole processes: whatever ends one, and however many there are."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cached_models import END, World, numbered
from hostile import CHUNKED, LAST_CHUNK, PATIENCE, Peer, chunk
from shell import PROGRAM, call, ended, environment, python, words
from terminals import Terminal

HALF = chunk(json.dumps({"response": "half an answer\n", "done": False}).encode() + b"\n")
REST = chunk(json.dumps({"response": "and the rest"}).encode() + b"\n")
LAST = chunk(json.dumps(END).encode() + b"\n")
# Dies by SIGKILL before each statement of a `put` in turn, and tells what is left each time.
CRASHES = """
import os, signal, sqlite3, sys
from pathlib import Path
from ollama_cli.features.cache.store import AnswerCache, Kept
from ollama_cli.system.sqlite import Transaction

place, old, new = Path(sys.argv[1]), Kept(b"old" * 999, 1), Kept(os.urandom(60_000), 2)
key = lambda number: number.to_bytes(32, "big")

def put_and_die(at):
    left, execute = [at], Transaction.execute
    def counted(self, *args):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return execute(self, *args)
    Transaction.execute = counted
    AnswerCache(place, most=800_000).put({key(n): new for n in range(5)})
    os._exit(0)

for at in range(999):
    cache = AnswerCache(place, most=800_000)
    cache.put({key(number): old for number in range(9)})
    cache.close()
    child = os.fork()
    if not child:
        put_and_die(at)
    status = os.waitpid(child, 0)[1]
    base = sqlite3.connect(place)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    base.close()
    found = [cache.get(key(number)) for number in range(9)]
    cache.close()
    assert found in ([old] * 9, [new] * 5 + [old] * 4), at
    print(os.waitstatus_to_exitcode(status), "new" if new in found else "old")
    if not status:
        break
"""
# Writes, reads, makes room and clears, beside others that do the same.
BUSY = """
import random, sys
from datetime import timedelta
from pathlib import Path
from ollama_cli.features.cache.store import AnswerCache, Kept

draw = random.Random(int(sys.argv[2]))
made = lambda number: Kept(random.Random(number).randbytes(9_000), number)
cache = AnswerCache(Path(sys.argv[1]), most=400_000)
hits = 0
for round in range(60):
    number = draw.randrange(60)
    found = cache.get(number.to_bytes(32, "big"))
    assert found in (None, made(number))
    hits += found is not None
    if found is None:
        cache.put({number.to_bytes(32, "big"): made(number)})
    if round == 30:
        cache.clear(timedelta(0))
cache.close()
print(hits)
"""


def kept(home: Path) -> int:
    number: int = call("cache", "info", "--json", at=home).json["answers"]
    return number


def begin(world: World, url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        words(PROGRAM, "generate", "hi", "-m", "m", "--cache", "--host", url),
        bufsize=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(at=world.home),
        cwd=world.home,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_was_interrupted_is_not_kept(tmp_path: Path, number: signal.Signals) -> None:
    def stuck(peer: Peer) -> None:
        peer.send(CHUNKED, HALF)
        peer.gone()

    world = World(tmp_path, lambda count: stuck if count == 1 else numbered(count))
    with world.server() as server:
        process = begin(world, server.url)
        assert process.stdout
        assert process.stdout.readline() == b"half an answer\n"
        process.send_signal(number)
        assert ended(process).code in {130, 143, -signal.SIGKILL}
        assert kept(tmp_path) == 0
        assert world.ask(server.url, "--cache").out == "answer 2\n"
    assert kept(tmp_path) == 1


def test_what_nobody_read_to_its_end_is_not_kept(tmp_path: Path) -> None:
    has_left = threading.Event()

    def slow(peer: Peer) -> None:
        peer.send(CHUNKED, HALF)
        assert has_left.wait(PATIENCE)
        peer.send(REST, LAST, LAST_CHUNK)

    world = World(tmp_path, lambda _: slow)
    with world.server() as server:
        process = begin(world, server.url)
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()  # as `head -1` leaves
        process.stdout = None
        has_left.set()
        assert ended(process).code == 141
    assert kept(tmp_path) == 0


def test_two_that_ask_at_once_are_both_answered(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)
    world = World(tmp_path)
    world.before = both.wait
    with world.server() as server:
        running = [begin(world, server.url) for _ in range(2)]
        found = [ended(each) for each in running]
        assert {each.out for each in found} == {"answer 1\n", "answer 2\n"}
        assert [(each.code, each.err) for each in found] == [(0, "")] * 2
        assert world.ask(server.url, "--cache").out in {"answer 1\n", "answer 2\n"}
    assert len(world.asked) == 2
    assert kept(tmp_path) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills its own copies")
def test_a_crash_at_any_moment_leaves_whole_answers(tmp_path: Path) -> None:
    result = python(CRASHES, tmp_path / "answers.db")
    assert result.code == 0, result.err
    *crashes, end = result.out.splitlines()
    assert end == "0 new"
    old, new = (f"-{signal.SIGKILL:d} {each}" for each in ("old", "new"))
    before = crashes.count(old)
    assert crashes == [old] * before + [new] * (len(crashes) - before)
    assert before > 20


def test_several_processes_keep_it_whole(tmp_path: Path) -> None:
    place = tmp_path / "answers.db"
    running = [
        subprocess.Popen(
            words(sys.executable, "-c", BUSY, place, seed),
            bufsize=0,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        for seed in range(3)
    ]
    results = [ended(each) for each in running]
    assert [each.code for each in results] == [0, 0, 0], [each.err for each in results]
    assert all(int(each.out) > 0 for each in results)
    assert place.stat().st_size <= 400_000
    assert [each.name for each in tmp_path.iterdir()] == ["answers.db"]


def test_a_conversation_is_not_cached(tmp_path: Path) -> None:
    world = World(tmp_path)
    with (
        world.server() as server,
        Terminal("chat", "-m", "m", "--cache", "--host", server.url, at=tmp_path) as terminal,
    ):
        assert terminal.end() == 2
    assert terminal.lines == [
        "error: --cache is for one answer, and this is a conversation",
        "hint: give a prompt, or leave --cache out",
    ]
