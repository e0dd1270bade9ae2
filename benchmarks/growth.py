"""How the cost grows with the work: tokens of an answer, models in a list, texts to embed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.measuring import by_turns, middle
from benchmarks.peers import OURS, REFERENCES, Tools
from benchmarks.processes import Bench, Command

BARE: Final = "bare requests"


@dataclass(frozen=True, slots=True)
class Series:
    """What grows, and the steps."""

    name: str
    steps: Sequence[int]


@dataclass(frozen=True, slots=True)
class Step:
    """One size of the work, with one program: seconds and bytes."""

    series: str
    size: int
    program: str
    wall: float
    peak: int


SERIES: Final = (
    Series("tokens", (100, 10_000, 1_000_000)),
    Series("models", (10, 1_000, 10_000)),
    Series("texts", (1, 1_000, 50_000)),
)


def sides(tools: Tools, bench: Bench, name: str, size: int) -> Mapping[str, Command]:
    """Make the two commands of one step: ours, and the same by requests alone."""

    def pair(ours: list[str], script: str, *words: str) -> dict[str, Command]:
        bare = [tools.python, str(REFERENCES / script), *words]
        return {OURS: Command([tools.program, *ours]), BARE: Command(bare)}

    match name:
        case "tokens":
            model = f"events-{size}"
            return pair(["generate", "-m", model, "hi"], "bare_generate.py", model)
        case "models":
            bench.list_models(size)
            return pair(["models", "list", "-o", "json"], "bare_models.py")
        case _:
            path = bench.file("texts", "".join(f"text {number}\n" for number in range(size)))
            ours = ["embed", "-m", "dims-64", "-f", path, "--lines", "-o", "jsonl"]
            return pair(ours, "bare_embed.py", "dims-64", path)


def measure(tools: Tools, bench: Bench, one: Series, rounds: int) -> list[Step]:
    """Run all steps of a series."""
    steps = []
    for size in one.steps:
        samples = by_turns(sides(tools, bench, one.name, size), rounds, bench.run)
        for program, found in samples.items():
            peak = int(middle(found, "peak"))
            steps.append(Step(one.name, size, program, middle(found, "wall"), peak))
    return steps
