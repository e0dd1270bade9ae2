"""Every command line that the documentation shows can be typed as it stands."""

import ast
import importlib
import re
import shlex
from contextlib import suppress

import pytest
from documentation import COMMANDS, WRITTEN, Parsed, branches, entry_of, read, typed_lines

import ollama_cli
from ollama_cli.cli import parser
from ollama_cli.cli.options import PROGRAM
from ollama_cli.errors import OllamaCliError

_BLOCK = re.MULTILINE | re.DOTALL


def blocks(text: str, *languages: str) -> list[str]:
    """Find the fenced blocks in one of the languages."""
    fenced = re.findall(r"^```(\w*)[^\n]*\n(.*?)^```$", text, _BLOCK)
    return [block for language, block in fenced if language in languages]


def shown_in_pages() -> list[list[str]]:
    shell = blocks(WRITTEN, "sh", "bash", "console")
    inline = re.findall(
        rf"`({PROGRAM} [^`\n]+)`", re.sub(r"^```.*?^```$", "", WRITTEN, flags=_BLOCK)
    )
    lines = {tuple(line) for part in [*shell, *inline] for line in typed_lines(part)}
    names = {(), *map(tuple, COMMANDS)}  # in a sentence a command may be named without arguments
    return [list(line) for line in sorted(lines - names)]


def shown_in_help() -> list[list[str]]:
    examples = [example.partition("   ")[0] for example in parser._ROOT_EXAMPLES]
    examples += [line for branch in branches() for line in branch.examples]
    for words in COMMANDS:
        module = importlib.import_module(
            f"{ollama_cli.__name__}.cli.commands.{entry_of(words).module}"
        )
        _, heading, lines = str(module.command.__doc__).partition("Examples:\n")
        assert heading, f"{module.__name__} shows no examples"
        examples += map(str.strip, lines.splitlines())
    return [line for example in dict.fromkeys(examples) for line in typed_lines(example)]


def assert_readable(arguments: list[str]) -> None:
    try:
        with suppress(Parsed):  # what prints and ends there, as --version does, was read too
            read(arguments)
    except OllamaCliError as error:
        pytest.fail(f"{PROGRAM} {shlex.join(arguments)}: {error.message}")


@pytest.mark.parametrize("arguments", shown_in_pages(), ids=shlex.join)
def test_every_command_line_of_the_pages_can_be_read(arguments: list[str]) -> None:
    assert_readable(arguments)


@pytest.mark.parametrize("arguments", shown_in_help(), ids=shlex.join)
def test_every_example_of_the_help_can_be_read(arguments: list[str]) -> None:
    assert_readable(arguments)


@pytest.mark.parametrize(
    "arguments", [["chta", "x"], ["chat", "--tempreature", "1"], ["models", "cp", "one"]]
)
def test_a_command_line_that_cannot_be_read_is_found(arguments: list[str]) -> None:
    with pytest.raises(pytest.fail.Exception, match=f"{PROGRAM} {arguments[0]}"):
        assert_readable(arguments)


def test_command_lines_are_found_in_shell() -> None:
    shell = (
        "if .venv/bin/ollama-cli health -q; then\n"
        "  git diff | ollama-cli generate 'a > b' > f.txt && ollama-cli models ls # ollama-cli x\n"
        "  4) ollama-cli \\\n  models pull m ;;\n"
        '$ ollama-cli models stop "$(ollama-cli models ps -o name)"\n'
        "ollama-cli models ps | xargs ollama-cli models stop\n"
    )
    assert list(typed_lines(shell)) == [
        ["models", "ps", "-o", "name"],
        ["health", "-q"],
        ["generate", "a > b"],
        ["models", "ls"],
        ["models", "pull", "m"],
        ["models", "stop", "WORD"],
        ["models", "ps"],
        ["models", "stop", "WORD"],
    ]


@pytest.mark.parametrize("block", blocks(WRITTEN, "python"))
def test_what_a_page_imports_is_there(block: str) -> None:
    if "import Agent" in block:
        pytest.importorskip("pydantic_ai", reason="the extra pydantic-ai is not installed")
    if "from mcp." in block:
        pytest.importorskip("mcp", reason="the extra mcp is not installed")
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            assert all(hasattr(module, each.name) for each in node.names)
