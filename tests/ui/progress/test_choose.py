"""The mode and the streams decide how a pull is watched."""

import io
import subprocess
import sys

import pytest

from ollama_cli.errors import UsageError
from ollama_cli.features.pull.follow import follow
from ollama_cli.types.pull_events import ChunkProgress, Status, Success
from ollama_cli.ui.progress.bars import BarsReporter
from ollama_cli.ui.progress.choose import choose
from ollama_cli.ui.progress.jsonl import JsonLinesReporter
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.progress.reporter import PullProgressReporter, SilentReporter
from ollama_cli.ui.streams import OutStream

STILL = OutStream(io.StringIO(), is_terminal=True, colour=True)
MOVING = OutStream(io.StringIO(), is_terminal=True, motion=True)


@pytest.mark.parametrize(
    ("mode", "moves", "quiet", "kind"),
    [
        ("auto", True, False, BarsReporter),
        ("auto", False, False, LinesReporter),
        ("bar", True, False, BarsReporter),
        ("bar", False, False, LinesReporter),
        ("plain", True, False, LinesReporter),
        ("json", True, False, JsonLinesReporter),
        ("json", True, True, JsonLinesReporter),
        ("none", True, False, SilentReporter),
        ("auto", True, True, SilentReporter),
        ("bar", True, True, SilentReporter),
        ("plain", False, True, SilentReporter),
    ],
)
def test_the_mode_and_the_motion_decide(mode: str, moves: bool, quiet: bool, kind: type) -> None:
    err = MOVING if moves else STILL
    reporter = choose(mode, err, "m", quiet=quiet)
    assert type(reporter) is kind
    assert isinstance(reporter, PullProgressReporter)


@pytest.mark.parametrize("quiet", [True, False])
def test_an_unknown_mode_is_a_usage_error(quiet: bool) -> None:
    with pytest.raises(UsageError, match="unknown progress mode: dots"):
        choose("dots", STILL, "m", quiet=quiet)


def test_json_goes_to_stdout_and_lines_go_to_stderr() -> None:
    out, err = OutStream(io.StringIO()), OutStream(io.StringIO())
    follow([Success()], choose("json", out, "m", notes=err))
    assert out.file.getvalue().startswith('{"schema"')  # type: ignore[attr-defined] # StringIO
    follow([Success()], choose("auto", err, "m"))
    assert err.file.getvalue().startswith("success")  # type: ignore[attr-defined] # StringIO


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    follow([Status("a"), ChunkProgress("a", 9, 1), Success()], SilentReporter())
    assert capsys.readouterr() == ("", "")


def test_rich_is_loaded_only_for_bars() -> None:
    program = """
import io, sys
from ollama_cli.ui.progress.choose import choose
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.streams import OutStream
out = OutStream(io.StringIO())
choose("auto", out, "m")
print("rich" in sys.modules)
from ollama_cli import BarsReporter
BarsReporter
print("rich" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
