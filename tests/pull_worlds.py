"""A clock that tests set, and a server that plays a script for each try of a pull."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ollama_cli.errors import StreamCutError, TimedOutError
from ollama_cli.features.pull.retry import Patience, heal
from ollama_cli.types.pull_events import ChunkProgress, PullEvent, Status, Success

MANIFEST, VERIFYING, DONE = (
    Status("pulling manifest"),
    Status("verifying sha256 digest"),
    Success(),
)
CUT = StreamCutError("cut")
Step = PullEvent | BaseException | float | None


class World:
    """The clock, and a server that plays one script for each try.

    A script is made of events (a read each), seconds that pass in the next read, None for a read
    without a whole line, and errors that a read raises.
    """

    def __init__(self, *scripts: Any) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.closed = 0
        self._scripts = iter(scripts)

    def sleep(self, seconds: float) -> None:
        assert self.closed == len(self.pauses) + 1, "the connection is closed before the pause"
        self.pauses.append(seconds)
        self.now += seconds

    def open(self) -> "Stream":
        return Stream(self, iter(next(self._scripts)))

    def run(self, **patience: float) -> list[PullEvent]:
        return list(self.heal(**patience))

    def heal(self, **patience: float) -> Iterator[PullEvent]:
        return heal(self.open, Patience(**patience), clock=lambda: self.now, sleep=self.sleep)


class Stream:
    def __init__(self, world: World, steps: Iterator[Step]) -> None:
        self._world = world
        self._steps = steps

    def read(self, within: float) -> list[PullEvent] | None:
        step = next(self._steps, StopIteration())
        if isinstance(step, float):
            if within and step > within:
                self._world.now += within
                raise TimedOutError("silent")
            self._world.now += step
            return []
        if isinstance(step, StopIteration):
            return None
        if isinstance(step, BaseException):
            raise step
        return [] if step is None else [step]

    def close(self) -> None:
        self._world.closed += 1


def each(parts: Iterable[list[Any]]) -> Iterator[Any]:
    """One step after another."""
    return chain.from_iterable(parts)


def at(completed: int, total: int = 1000, digest: str = "a") -> ChunkProgress:
    return ChunkProgress(digest, total, completed)
