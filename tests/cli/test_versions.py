"""What a bug report needs: versions of the program, of Python, and of what it uses."""

import re
import tomllib

import pytest
from documentation import ROOT
from shell import call

from ollama_cli import __version__
from ollama_cli.cli import versions

# What they bring is for users of the program; the others are for those who work on it.
FOR_USERS = ("fast", "socks", "mcp", "jq", "pydantic-ai")


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~;]", each)[0] for each in requirements}


def test_every_dependency_is_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert set(versions.DEPENDENCIES) == names(project["dependencies"])
    assert set(versions.EXTRAS) == {name for each in FOR_USERS for name in names(extras[each])}


@pytest.mark.parametrize("line", ["--version -v", "-v --version", "-vV", "chat --version -v"])
def test_with_v_the_version_tells_what_it_runs_on(line: str) -> None:
    result = call(*line.split())
    assert (result.code, result.err) == (0, "")
    first, python, *libraries = result.out.splitlines()
    assert first == f"ollama-cli {__version__}"
    assert re.fullmatch(r"Python 3\.\d+\.\S+ \(.+\)", python)
    told = dict(each.split(" ", 1) for each in libraries)
    assert told == versions.about().libraries
    assert re.match(r"\d+\.", told["typer"])


def test_what_is_not_installed_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "EXTRAS", ("no-such-library",))
    assert call("--version", "-v").out.endswith("\nno-such-library not installed\n")


@pytest.mark.parametrize("line", ["--version", "-V", "-q --version", "models list -V"])
def test_alone_it_is_one_line(line: str) -> None:
    result = call(*line.split())
    assert (result.code, result.out, result.err) == (0, f"ollama-cli {__version__}\n", "")
