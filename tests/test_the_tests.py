"""The tests pass wherever they are started: in the background, in any locale, without a home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import rewrites
from diagnoses import QUIET
from shell import python

ROOT = Path(__file__).parents[1]
# What nohup, cron and the `&` of a script leave to what they start.
DEAF = ("bash", "-c", 'trap "" HUP INT QUIT TERM; exec "$@"', "bash")


def passes(tmp_path: Path, *tests: str, before: tuple[str, ...] = (), **env: str) -> None:
    """Run some tests without a terminal, a home, and all else that an environment may hold."""
    runner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp"]
    done = subprocess.run(
        [*before, *runner, tmp_path / "of-its-own", *(f"tests/{test}" for test in tests)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    told = done.stdout.decode(errors="replace")
    assert (done.returncode, " passed" in told) == (0, True), told


def test_where_signals_are_ignored(tmp_path: Path) -> None:
    passes(
        tmp_path,
        "process/test_signals.py::test_the_demo_server",
        "process/test_questions.py::test_rm_that_is_interrupted_removes_nothing",
        before=DEAF,
    )


def test_where_nothing_but_ascii_can_be_said(tmp_path: Path) -> None:
    passes(
        tmp_path,
        "cli/shells/test_variables.py::test_a_value_comes_back_as_it_is",
        "process/test_terminal.py::test_names_and_statuses_cannot_drive_the_terminal",
        LC_ALL="C",
        PYTHONCOERCECLOCALE="0",
        PYTHONUTF8="0",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may search everything")
def test_where_a_folder_of_the_path_is_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    path = f"{closed}{os.pathsep}{os.environ['PATH']}"
    passes(tmp_path, "cli/commands/test_env.py::test_there_is_no_such_command", PATH=path)


def test_beside_other_tests() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); import diagnoses as other"
    assert python(f"{code}; print(other.QUIET)").out.strip() != QUIET


def test_a_share_of_the_files_is_rewritten_and_none_is_run(
    tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        runs = f"import pathlib\npathlib.Path({str(tmp_path / name)!r}).touch()\nassert {name!r}\n"
        (tmp_path / f"test_{name}.py").write_text(runs)
    (tmp_path / "test_e.py").write_text("is no Python")
    (tmp_path / "helper.py").write_text("")
    monkeypatch.setattr(pytestconfig, "args", [f"{tmp_path}::test_it", str(tmp_path / "test_c.py")])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    rewrites.share(pytestconfig, 0, 2)
    kept = [each.name.partition(".")[0] for each in tmp_path.rglob("*-pytest-*.pyc")]
    assert sorted(kept) == ["test_a", "test_c"]
    assert not any((tmp_path / name).exists() for name in "abcd")
    assert sys.dont_write_bytecode
