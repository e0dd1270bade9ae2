"""The page for programs: every command, format and code is on it, and each recipe works."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from documentation import COMMANDS, entry_of, typed_lines
from shell import call

from ollama_cli.cli import parser
from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.formats import FORMATS
from ollama_cli.cli.manual.agent import RECIPES, text
from ollama_cli.cli.options import CHOOSING
from ollama_cli.demo import DemoServer

VISIBLE = [words for words in COMMANDS if not entry_of(words).hidden]


@cache
def page() -> str:
    return text()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        for model in ("llama3.2", "nomic-embed-text"):
            assert call("models", "pull", model, "--host", running.url, at=home).code == 0
        yield running.url


@pytest.mark.parametrize("words", VISIBLE, ids=" ".join)
def test_every_command_is_told_with_its_options(words: list[str]) -> None:
    found = re.search(rf"^- `ollama-cli {' '.join(words)}(?: [^`]*)?`: (.*)$", page(), re.MULTILINE)
    assert found
    assert found[1].startswith(entry_of(words).help)
    everywhere = {"as_json", "output_version", *CHOOSING}
    for param in parser.load(words[-1], entry_of(words)).params:
        if param not in parser.GLOBALS and param.param_type_name == "option":
            told = any(re.search(rf"{each}(?![\w-])", found[1]) for each in param.opts)
            assert told is (param.name not in everywhere)


def test_every_format_and_every_code_is_told() -> None:
    assert all(f"- `-o {name}`: {what} (" in page() for name, what, _ in FORMATS)
    assert all(f"| {row.code} | {row.name} | {row.when} |" in page() for row in EXIT_CODES)
    assert call("help", "agent").out == page()
    assert "Within /1 there are only additions" in page()


def test_the_page_is_one_page_of_markdown() -> None:
    headings = re.findall(r"^#+ .*$", page().partition("```sh")[0], re.MULTILINE)
    assert headings == [
        "# ollama-cli",
        *("## Rules", "## Commands", "## Formats", "## Exit codes", "## Recipes"),
    ]
    assert len(page()) < 30_000


def test_there_are_recipes_and_each_is_on_the_page() -> None:
    assert len(RECIPES) >= 5
    assert all(f"# {what}\n{line}\n" in page() for what, line in RECIPES)


@pytest.mark.parametrize(("what", "line"), RECIPES)
def test_a_recipe_works(what: str, line: str, server: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a river\na stream\n")
    commands = list(typed_lines(line))
    assert commands, what
    for arguments in commands:
        result = call(*arguments, env={"OLLAMA_HOST": server}, cwd=tmp_path)
        assert (result.code, result.err) == (0, ""), arguments
