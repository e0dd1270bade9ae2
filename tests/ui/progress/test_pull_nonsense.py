"""Whatever lines a server sends, for ever or not: no percentage falls, and every pull ends."""

import io
import json
import random
import re
from contextlib import suppress
from itertools import pairwise

import pytest
from rounds import rounds

from ollama_cli.errors import OllamaCliError, StreamCutError, TimedOutError
from ollama_cli.features.pull.follow import follow
from ollama_cli.features.pull.retry import Patience, heal
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.ui.progress.jsonl import JsonLinesReporter
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.streams import OutStream
from ollama_cli.wire.pull import PullParser

COUNTS: list[object] = [None, 0, -1, 1, 77, 78, 10**6, 2**63, 2**64, 10**30, 1.5, True, "5", [], {}]
DIGESTS = ["sha256:model", "sha256:" + "a" * 64, "", "b", "\x1b[2J", None, 7]
WORDS = ["pulling a", "pulling manifest", "verifying", "writing", "removing", "", None, 3, "\udc80"]
ODD: list[object] = [None, [], "x", 3, {}, {"error": "EOF"}, {"error": {}}, {"status": "success"}]
PATIENCE = Patience(stall=30.0, silence=60.0, retries=2)
A_DAY = 86_400.0


class World:
    """A server that talks nonsense, and a clock that only moves while it is waited for."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = 0.0
        self.may_end = self.rng.random() < 0.7

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def stream(self) -> "Stream":
        return Stream(self)

    def line(self) -> object:
        if self.may_end and self.rng.random() < 0.01:
            return self.rng.choice(ODD)
        return {
            "status": self.rng.choice(WORDS),
            "digest": self.rng.choice(DIGESTS),
            "total": self.rng.choice(COUNTS),
            "completed": self.rng.choice(COUNTS),
        }


class Stream:
    """One try of a pull."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._parser = PullParser(join=True)

    def read(self, within: float) -> list[PullEvent] | None:
        world = self._world
        assert world.now < A_DAY, "this pull hangs"
        waited = world.rng.choices([0.001, 0.06, 5.0, 40.0], [50, 50, 10, 1])[0]
        world.now += min(waited, within)
        if waited >= within:
            raise TimedOutError("no word")
        if world.may_end and world.rng.random() < 0.01:
            raise StreamCutError("the connection was cut")
        events: list[PullEvent] = []
        self._parser.read([world.line() for _ in range(world.rng.randrange(1, 5))], events)
        return events

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize("seed", rounds(20, 60))
def test_no_nonsense_makes_a_percentage_fall_or_a_pull_hang(seed: int) -> None:
    world, file = World(seed), io.StringIO()
    out = OutStream(file)
    reporter = (JsonLinesReporter if seed % 2 else LinesReporter)(out, "m", world.clock)
    is_pulled = False
    with suppress(OllamaCliError):
        pull = heal(world.stream, PATIENCE, clock=world.clock, sleep=world.sleep)
        follow(pull, reporter)
        is_pulled = True
    told = file.getvalue().splitlines()
    if seed % 2:
        fractions = [json.loads(line)["fraction"] or 0.0 for line in told]
        assert max(fractions) <= (1.0 if is_pulled else 0.99)
    else:
        fractions = [
            int(each) / 100 for each in re.findall(r"^m  (\d+) %", "\n".join(told), re.MULTILINE)
        ]
        assert max(fractions, default=0) <= 0.99
    assert told
    assert all(0 <= before <= after for before, after in pairwise(fractions))
