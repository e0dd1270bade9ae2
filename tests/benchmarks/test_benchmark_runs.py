"""Every command that is measured runs, once and with little work; no clock is asked."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from benchmarks import growth, peers, rows
from benchmarks.measuring import Race
from benchmarks.peers import LIBRARY, OURS, Tools
from benchmarks.processes import Bench, Command, FailedError, Sample
from benchmarks.rows.commands import BARE, SOCKET

Ran = Callable[[int], Mapping[str, Sample]]
TINY = rows.Sizes(
    tokens=30, few=10, answer=20, paced=4, line=4096, texts=70, dims=4, posts=3, posts_each=2,
    messages=20, few_messages=4, calls=2,
)  # fmt: skip
TABLE = "S1 S2 S3 S4 S5 S6 T1 T2 T3 T4 T5 T6 T7 T8 P1 P2 R1 R2 E1 B1 B2 C1 C2 C3 A1"
PYTHON_WITHOUT_PEERS = Tools("python", "ollama-cli", "python", {})


def races(tools: Tools) -> list[Race]:
    return rows.races(rows.Commands(tools), TINY)


def names(race: Race) -> str:
    return " ".join(dict.fromkeys(claim.row for claim in race.claims))


RACES = [names(race) for race in races(PYTHON_WITHOUT_PEERS)]


@pytest.fixture(autouse=True)
def _models(bench: Bench) -> Iterator[None]:
    bench.list_models(3, [f"{peers.ANSWER}:latest"])
    return iter([None])


def test_every_row_of_the_table_is_there() -> None:
    found = {claim.row for race in races(PYTHON_WITHOUT_PEERS) for claim in race.claims}
    assert found == set(TABLE.split())


@pytest.fixture(scope="module")
def ran(bench: Bench, tools: Tools) -> Ran:
    """Give the samples of a race, by its place; each race runs once for all tests."""

    @cache
    def run(place: int) -> Mapping[str, Sample]:
        sides = races(tools)[place].sides
        return {name: bench.run(command) for name, command in sides.items() if command}

    return run


@pytest.mark.parametrize("place", range(len(RACES)), ids=RACES)
def test_the_commands_of_a_row_run_and_tell_what_it_claims(
    place: int, ran: Ran, tools: Tools
) -> None:
    race = races(tools)[place]
    samples = ran(place)
    for claim in race.claims:
        for side in {claim.ours, claim.reference} & set(samples):
            assert math.isfinite(samples[side].get(claim.measure))  # a difference may be below 0
            assert samples[side].peak > 0


def test_what_is_not_installed_is_told(tools: Tools) -> None:
    bare = Tools(tools.python, tools.program, tools.python, {})
    absent = {
        side for race in races(bare) for side, command in race.sides.items() if command is None
    }
    assert absent == {"ollama (PyPI)", "llm"}
    assert peers.missing(bare) == ["ollama (PyPI)", "llm", "httpie", "curl | jq", "ollama"]
    assert all(set(task.sides) == {OURS} for task in peers.tasks(bare, "http://127.0.0.1:9"))


def test_markdown_that_is_streamed_shows_what_one_rendering_shows(ran: Ran) -> None:
    sizes = [sample.told["rendered"] for sample in ran(RACES.index("R2")).values()]
    assert 0 < sizes[1] <= sizes[0]


def test_the_bare_script_asks_what_health_asks(ran: Ran) -> None:
    samples = ran(RACES.index("S3 S4 S5"))
    assert samples[OURS].requests == samples[BARE].requests


def test_all_who_show_the_answer_show_the_same(ran: Ran) -> None:
    samples = ran(RACES.index("T1 T2 T7"))
    sizes = {name: samples[name].bytes for name in (OURS, BARE, SOCKET, LIBRARY) if name in samples}
    newline = sizes.pop(OURS) - sizes[BARE]
    assert newline in {0, 1}
    assert len(set(sizes.values())) == 1


def test_both_sides_read_as_many_lines(ran: Ran) -> None:
    lines = [sample.told["lines"] for sample in ran(RACES.index("T3")).values()]
    assert lines == [TINY.tokens + 1] * 2


@pytest.mark.parametrize("place", range(4))
def test_each_program_that_is_installed_does_each_task(
    place: int, bench: Bench, tools: Tools
) -> None:
    task = peers.tasks(tools, bench.url)[place]
    costs = peers.compare(task, 1, bench.run)
    assert [cost.program for cost in costs] == list(task.sides)
    assert costs[0].program == OURS


@pytest.mark.parametrize("name", [series.name for series in growth.SERIES])
def test_both_sides_of_what_grows_do_the_work(name: str, bench: Bench, tools: Tools) -> None:
    for size in (1, 70):
        sides = growth.sides(tools, bench, name, size)
        ours, bare = (bench.run(sides[side]).bytes for side in (OURS, growth.BARE))
        assert min(ours, bare) >= size


def test_each_step_is_measured_with_both_programs(bench: Bench, tools: Tools) -> None:
    steps = growth.measure(tools, bench, growth.Series("models", [2, 5]), 1)
    programs = [OURS, growth.BARE]
    assert [(step.size, step.program) for step in steps] == [
        (size, program) for size in (2, 5) for program in programs
    ]


def test_a_run_tells_of_bytes_and_of_its_own_peak(bench: Bench, tools: Tools) -> None:
    small = bench.run(Command([tools.python, "-c", "print('x' * 99999)"]))
    large = bench.run(Command([tools.python, "-c", "x = b'x' * (200 << 20)"]))
    again = bench.run(Command([tools.python, "-c", "pass"]))
    assert (small.bytes, large.bytes) == (100_000, 0)
    assert large.peak > 200 << 20
    assert again.peak < 50 << 20


def test_a_terminal_is_one(bench: Bench, tools: Tools) -> None:
    code = "import os; assert os.get_terminal_size(1) == (80, 24)"
    bench.run(Command([tools.python, "-c", code], output="terminal"))


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["-c", "import sys; sys.exit('broken')"], "ended with 1: broken"),
        (["-c", "import os; os.kill(os.getpid(), 9)"], "ended with -9"),
    ],
)
def test_a_program_that_fails_is_an_error(
    argv: list[str], told: str, bench: Bench, tools: Tools
) -> None:
    with pytest.raises(FailedError, match=told):
        bench.run(Command([tools.python, *argv]))


def test_a_program_that_tells_nothing_is_an_error(bench: Bench, tools: Tools) -> None:
    with pytest.raises(FailedError, match="ended with 0"):
        bench.run(Command([tools.python, "-c", "pass"], tells=True))


def test_a_program_that_cannot_be_started_is_an_error(
    bench: Bench, tools: Tools, tmp_path: Path
) -> None:
    with pytest.raises(FailedError, match="nowhere cannot be started"):
        bench.run(Command([str(tmp_path / "nowhere")]))
    assert bench.run(Command([tools.python, "-c", "pass"])).bytes == 0
