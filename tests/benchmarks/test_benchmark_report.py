"""How a run is told: text, JSON, the pages of this tree, the chart, and the exit code."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from documentation import README, ROOT
from house_rules import long_files

from benchmarks import __main__ as program, chart, figures, page, peers
from benchmarks.growth import BARE, Step
from benchmarks.machine import Machine
from benchmarks.measuring import Bound, Claim, Outcome
from benchmarks.peers import OURS, Cost
from benchmarks.processes import FailedError
from benchmarks.report import HEADS, Report, as_document, as_text

PAGE = page.HERE / "README.md"
MIB = 1 << 20
START = Claim("S1", "--version / python -c pass", "wall", Bound("<=", 1.15), "python")
GROWTH = Claim("T7", "peak, more - few", "mib", Bound("<=", 2), "few", by="difference")
COUNT = Claim("B2", "connections, W=8", "connections", Bound("=", 8), ours="W=8", by="number")
PEER = Claim("S4", "health / llm models", "wall", Bound("<=", 0.2), "llm")
OUTCOMES = [
    Outcome(START, 1.0625, 0.0085, 0.008, 9 * MIB, 9 * MIB, 25),
    Outcome(GROWTH, 11.6, 43.6, 32, 44 * MIB, 32 * MIB, 7),
    Outcome(COUNT, 8, 8, None, 30 * MIB, None, 5),
    Outcome(PEER, note="llm is not installed"),
]
REPORT = Report(
    date=dt.date(2026, 1, 2),
    machine=Machine(
        "A <fast> processor", 2, "Linux x86_64", "CPython 3.11.7", "0.1.0", None, False
    ),
    versions={"curl": "8.0"},
    missing=["llm"],
    floor=9 * MIB,
    outcomes=OUTCOMES,
    costs=[
        Cost("a list & more", OURS, 0.1, 0.09, 0.1, 30 * MIB),
        Cost("a list & more", "curl | jq", 0.02, 0, 0.02, 11 * MIB),
    ],
    steps=[
        Step("tokens", 1000, OURS, 0.2, 30 * MIB),
        Step("tokens", 1000, BARE, 0.1, 27 * MIB),
    ],
)


def test_text_has_a_line_for_each_claim() -> None:
    lines = [re.sub(r" {2,}", " | ", line) for line in as_text(REPORT).splitlines()]
    assert "S1 | --version / python -c pass | 8.50 ms | 8.00 ms | 1.06 | ≤ 1.15 | ok" in lines[6]
    told = "43.6 MiB | 32.0 MiB | 11.6 MiB | ≤ 2.00 MiB | MISSED | 44.0 MiB / 32.0 MiB"
    assert f"T7 | peak, more - few | {told}" in lines
    assert "B2 | connections, W=8 | 8 | 8 | = 8 | ok | 30.0 MiB" in lines
    assert "S4 | health / llm models | ≤ 0.20 | llm is not installed" in lines
    assert "1,000 tokens | 200 ms | 100 ms | 200 µs | 30.0 MiB | 27.0 MiB" in lines
    assert lines[-1] == "1 missed"


def test_text_tells_of_the_machine_and_what_was_not_there() -> None:
    text = as_text(REPORT)
    assert text.startswith("2026-01-02: ollama-cli 0.1.0, without orjson, CPython 3.11.7, Linux")
    fast = replace(REPORT, machine=replace(REPORT.machine, orjson="3.13.0"))
    assert as_text(fast).startswith("2026-01-02: ollama-cli 0.1.0, orjson 3.13.0, CPython 3.11.7")
    assert "\nnot installed: llm\n" in text
    assert "imports re" not in text
    slow = replace(REPORT, machine=replace(REPORT.machine, script_imports_re=True))
    assert "the installed script imports re" in as_text(slow)


def test_json_has_raw_numbers() -> None:
    document: dict[str, Any] = json.loads(json.dumps(as_document(REPORT)))
    assert (document["schema"], document["ok"]) == ("ollama-cli/benchmarks/1", False)
    first, *_, last = document["rows"]
    assert (first["value"], first["bound"], first["ok"]) == (1.0625, "<= 1.15", True)
    assert (first["ours_peak"], first["reference_name"]) == (9 * MIB, "python")
    assert (last["value"], last["ok"], last["note"]) == (None, None, "llm is not installed")
    assert document["peers"][1]["program"] == "curl | jq"
    assert document["growth"][0]["size"] == 1000


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0000001, "100 ns"), (0.000065, "65.0 µs"), (0.0085, "8.50 ms"), (0.9996, "1,000 ms"),
     (1.5, "1.50 s"), (125, "125 s")],
)  # fmt: skip
def test_durations_have_three_digits_that_count(value: float, shown: str) -> None:
    assert figures.seconds(value) == shown


def test_the_table_is_put_between_the_marks() -> None:
    text = "before\n<!-- a run -->\nold\n<!-- end of the run -->\nafter\n"
    once = page.replaced(text, "new\n")
    assert once == "before\n<!-- a run -->\nnew\n<!-- end of the run -->\nafter\n"
    assert page.replaced(once, "new\n") == once
    with pytest.raises(ValueError, match="no marks"):
        page.replaced("before\nafter\n", "new\n")


def test_every_table_has_as_many_cells_in_each_row() -> None:
    for block in page.tables(REPORT).split("\n\n"):
        if block.startswith("|"):
            cells = [len(re.split(r"(?<!\\)\|", line)) for line in block.splitlines()]
            assert len(set(cells)) == 1, block


def test_the_chart_is_svg_with_a_bar_for_each_program() -> None:
    root = ET.fromstring(chart.draw(REPORT))  # noqa: S314  we drew it
    space = "{http://www.w3.org/2000/svg}"
    bars = [(bar.get("class"), float(bar.get("width", "0"))) for bar in root.iter(f"{space}rect")]
    assert [kind for kind, _ in bars] == ["other", "ours"], "the quickest stands first"
    assert bars[1][1] == pytest.approx(5 * bars[0][1], rel=0.01)
    texts = [text.text for text in root.iter(f"{space}text")]
    assert texts == ["a list & more", "curl | jq", "20.0 ms", OURS, "100 ms"]


def test_the_readme_shows_three_lines_of_the_page() -> None:
    table = README.partition("<!-- a run -->\n")[2].partition("<!-- end of the run -->")[0]
    head, _, *shown = [line.strip("| ").split(" | ") for line in table.splitlines()]
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines()]
    assert head == list(HEADS[page.COLUMNS])
    assert [row for row in rows if row[page.COLUMNS] in shown] != []
    assert len(shown) == 3
    assert all(any(row[page.COLUMNS] == line for row in rows) for line in shown)


def test_the_page_names_no_place_on_a_machine() -> None:
    text = PAGE.read_text("utf-8") + (page.HERE / "chart.svg").read_text("utf-8")
    assert not re.search(r"/(home|root|tmp|opt|usr|work)\b", text)
    assert re.search(r"^- 20\d\d-\d\d-\d\d: ollama-cli ", text, re.MULTILINE)
    assert (page.HERE / "chart.svg").exists()


def test_the_benchmarks_are_small_files_too() -> None:
    files = [path for path in page.HERE.rglob("*") if path.suffix in {".py", ".md"}]
    assert Path(program.__file__) in files
    assert not (found := long_files(files)), "\n" + "\n".join(found)


def test_every_peer_that_pip_can_install_is_in_the_extra() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    extra = project.partition("\nbench = [\n")[2].partition("\n]")[0]
    assert re.findall(r'^  "([\w-]+)', extra, re.MULTILINE) == list(peers.DISTRIBUTIONS)


@pytest.mark.parametrize(
    ("outcomes", "code"), [(OUTCOMES, 12), ([OUTCOMES[0], *OUTCOMES[2:]], 0), ([], 0)]
)
def test_a_missed_bound_is_12_and_what_is_not_installed_misses_none(
    outcomes: Sequence[Outcome],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = replace(REPORT, outcomes=list(outcomes))
    monkeypatch.setattr(program, "run", lambda *_: report)
    assert program.main(["S1"]) == code
    assert capsys.readouterr().out == as_text(report)


def test_a_program_that_fails_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> Report:
        raise FailedError("x ended with 3: broken")

    monkeypatch.setattr(program, "run", fail)
    assert program.main(["S1"]) == 1
    assert capsys.readouterr().err == "error: x ended with 3: broken\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["S99"], "unknown name S99: use S1 S2 "),
        (["--rounds", "0"], "rounds are 1 or more"),
        (["--write", "S1"], "leave the names out"),
        (["--peers", "nowhere"], "there is no "),
    ],
)
def test_a_wrong_command_line_is_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        program.main(arguments)
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_a_row_without_a_clock_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["s6", "-o", "json", "--rounds", "1"]) == 0
    captured = capsys.readouterr()
    rows = json.loads(captured.out)["rows"]
    assert [(row["row"], row["value"], row["rounds"]) for row in rows] == [("S6", 0, 1)] * 3
    assert captured.err == "measuring S6\n"
