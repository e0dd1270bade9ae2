"""The man pages: every command has one, what is shipped is what the tree says, and it is clean."""

import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from documentation import COMMANDS, ROOT, branches, entry_of
from shell import call

from ollama_cli import __version__
from ollama_cli.__version__ import RELEASED
from ollama_cli.cli import parser
from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.manual import pages
from ollama_cli.config.settings import SETTINGS

SHIPPED = ROOT / "docs/man"
VISIBLE = [words for words in COMMANDS if not entry_of(words).hidden]


@cache
def written() -> dict[str, str]:
    return pages.pages()


def plain(roff: str) -> str:
    for written, meant in ((r"\-", "-"), (r"\(aq", "'"), (r"\fB", ""), (r"\fR", "")):
        roff = roff.replace(written, meant)
    return " ".join(roff.split())


@pytest.mark.parametrize("words", VISIBLE, ids=" ".join)
def test_every_command_has_a_page_that_tells_all_of_it(words: list[str]) -> None:
    page = plain(written()[f"{'-'.join(['ollama-cli', *words])}.1"])
    assert f".SH SYNOPSIS {' '.join(['ollama-cli', *words])} " in f"{page} "
    assert entry_of(words).help.rstrip(".")[1:].replace("`", "") in page
    command = parser.load(words[-1], entry_of(words))
    for param in command.params:
        if param not in parser.GLOBALS:
            assert all(each in page for each in param.opts if each.startswith("-"))
    _, _, examples = str(command.help).partition("Examples:\n")
    for example in examples.split("\n"):
        assert " ".join(example.split()) in page


def test_every_branch_has_a_page_that_names_its_commands_and_nothing_else_has_one() -> None:
    assert len(written()) == 1 + len(list(branches())) + len(VISIBLE)
    models = plain(written()["ollama-cli-models.1"])
    assert "ollama-cli-models-list(1), ollama-cli-models-pull(1)" in models
    assert "ollama-cli-ls.1" not in written()


def test_the_page_of_the_program_holds_the_tables() -> None:
    page = plain(written()["ollama-cli.1"])
    assert page.startswith(
        f'.TH "OLLAMA-CLI" "1" "{RELEASED}" "ollama-cli {__version__}" "User Commands"'
    )
    assert all(f".TP {row.code} {row.name}: " in page for row in EXIT_CODES)
    assert all(name in page for each in SETTINGS.values() for name in each.variables)
    assert "--host, --base-url URL" in page
    assert "--host" not in plain(written()["ollama-cli-health.1"]).replace("--host work", "")


def test_what_is_shipped_is_what_the_tree_says() -> None:
    shipped = {path.name: path.read_text(encoding="utf-8") for path in SHIPPED.iterdir()}
    assert shipped == written(), "write them anew: ollama-cli help man --dir docs/man"
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    shared = build["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {"docs/man": "share/man/man1"}


def test_the_day_of_the_version_is_a_day() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", RELEASED)


def test_pages_hold_only_requests_that_are_meant() -> None:
    for line in "".join(written().values()).splitlines():
        assert line.isascii()
        assert line == line.rstrip()
        assert line
        assert not line.startswith("'")
        assert line[0] != "." or re.match(r"\.(TH|SH|PP|TP|nf|fi)\b", line), line


def test_mandoc_finds_nothing_to_complain_about() -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not on this machine")
    files = sorted(SHIPPED.iterdir())
    done = subprocess.run(["mandoc", "-T", "lint", *files], capture_output=True, check=False)
    assert (done.stdout.decode(), done.stderr.decode()) == ("", "")


def test_pages_are_printed_one_by_one_and_written_all_together(tmp_path: Path) -> None:
    assert call("help", "man").out == written()["ollama-cli.1"]
    assert call("help", "man", "models", "list").out == written()["ollama-cli-models-list.1"]
    folder = tmp_path / "share/man1"
    done = call("help", "man", "--dir", folder)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"wrote {len(written())} pages to {folder}\n"
    assert {path.name: path.read_text() for path in folder.iterdir()} == written()
    assert (folder / "ollama-cli.1").stat().st_mode & 0o444 == 0o444
    assert call("help", "man", "--dir", folder, "-q").err == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["man", "models", "lits"], 2, "no page is named 'ollama-cli-models-lits'"),
        (["man", "ls"], 2, "no page is named 'ollama-cli-ls'"),
        (["man", "models", "--dir", "x"], 2, "--dir is for `help man`"),
        (["formats", "--dir", "x"], 2, "--dir is for `help man`"),
        (["man", "--dir", "/dev/null/x"], 10, "cannot write /dev/null/x/ollama-cli.1"),
        (["--dir", "x"], 2, "--dir is for `help man`"),
    ],
)
def test_what_cannot_be_shown_or_written(words: list[str], code: int, told: str) -> None:
    result = call("help", *words)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
