"""`python -m benchmarks [NAME...]`: measures, prints, and exits with 12 if a bound is missed."""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from benchmarks import growth, machine, page, peers, rows
from benchmarks.measuring import Outcome, Race, measure
from benchmarks.processes import Bench, Command, FailedError
from benchmarks.report import Report, as_document, as_text

MISSED: Final = 12
_ROUNDS: Final = {"quick": 3, "peers": 7, "growth": 3}
_GROUPS: Final = ("peers", "growth")
_ORDER: Final = "STPREBCA"
_ROWS: Final = {"sessions": ("C1", "C2", "C3")}
_EPILOGUE: Final = """\
exit codes: 0 all bounds hold, 1 a measured program failed, 2 usage, 12 a bound is missed.
A program that is not installed is told of, and misses no bound. All traffic stays on loopback.
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    built = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure ollama-cli beside references and peers, in turns on one machine.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = "rows such as S1 or T5, or sessions, peers, growth (default: all)"
    built.add_argument("names", nargs="*", metavar="NAME", help=names)
    formats = ("text", "json")
    built.add_argument("-o", "--output", choices=formats, default="text", help="format of stdout")
    built.add_argument("--rounds", type=_positive, metavar="N", help="rounds of everything")
    built.add_argument("--quick", action="store_true", help="three rounds: to see that it works")
    built.add_argument(
        "--peers", metavar="DIR", help="take ollama, llm and httpie from another bin directory"
    )
    built.add_argument(
        "--write", action="store_true", help="write table and chart into the pages of this tree"
    )
    return built


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is named and print it; returns the exit code."""
    built = parser()
    given = built.parse_args(arguments)
    try:
        tools = peers.find(given.peers)
    except FileNotFoundError as error:
        built.error(f"there is no {error.filename}")
    known = [claim.row for race in _races(tools) for claim in race.claims]
    asked = [each for name in given.names for each in _ROWS.get(name.lower(), (name,))]
    names = [_known(name, [*known, *_GROUPS], built) for name in asked]
    if given.write and names:
        built.error("--write writes a whole run: leave the names out")
    rounds = given.rounds or (_ROUNDS["quick"] if given.quick else None)
    try:
        report = run(tools, names or [*known, *_GROUPS], rounds)
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if given.output == "json":
        print(json.dumps(as_document(report), indent=2))
    else:
        print(as_text(report), end="")
    if given.write:
        page.write(report)
    return 0 if report.holds else MISSED


def run(tools: peers.Tools, names: Sequence[str], rounds: int | None) -> Report:
    """Measure what is named, in so many rounds, or in as many as suit each."""
    with Bench() as bench:
        named = f"{peers.ANSWER}:latest"
        bench.list_models(20, [named])
        floor = bench.run(Command(["/bin/sh", "-c", ":"])).peak
        report = Report(
            dt.datetime.now(dt.UTC).date(),
            machine.describe(tools),
            dict(tools.versions),
            peers.missing(tools),
            floor,
            outcomes=_outcomes(bench, tools, names, rounds),
            costs=[],
            steps=[],
        )
        if "peers" in names:
            for task in peers.tasks(tools, bench.url):
                _say(f"{task.name}: {', '.join(task.sides)}")
                report.costs.extend(peers.compare(task, rounds or _ROUNDS["peers"], bench.run))
        if "growth" in names:
            for series in growth.SERIES:
                _say(f"growth: {series.name}")
                times = rounds or _ROUNDS["growth"]
                report.steps.extend(growth.measure(tools, bench, series, times))
    return report


def _outcomes(
    bench: Bench, tools: peers.Tools, names: Sequence[str], rounds: int | None
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for race in _races(tools):
        claims = [claim for claim in race.claims if claim.row in names]
        if claims:
            _say(" ".join(dict.fromkeys(claim.row for claim in claims)))
            wanted = replace(race, claims=claims, rounds=rounds or race.rounds)
            outcomes += measure(wanted, bench.run)
    return sorted(outcomes, key=_place)


def _place(outcome: Outcome) -> tuple[int, str]:
    row = outcome.claim.row
    return _ORDER.index(row[0]), row


def _races(tools: peers.Tools) -> list[Race]:
    return rows.races(rows.Commands(tools), rows.Sizes())


def _known(name: str, known: Sequence[str], built: argparse.ArgumentParser) -> str:
    found = next((each for each in known if each.lower() == name.lower()), None)
    if found is None:
        built.error(f"unknown name {name}: use {' '.join(dict.fromkeys([*known, *_ROWS]))}")
    return found


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("rounds are 1 or more")
    return int(text)


def _say(text: str) -> None:
    print(f"measuring {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
