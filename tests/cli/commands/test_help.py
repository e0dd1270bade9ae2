"""Help: examples first, no network, nothing wider than it must be."""

import pytest
from shell import Result, call

from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.table import TABLE, Branch, Entry

NOWHERE = {"OLLAMA_HOST": "http://127.0.0.1:9"}


def words() -> list[list[str]]:
    found: list[list[str]] = [[]]
    for name, entry in TABLE.items():
        found.append([name])
        if isinstance(entry, Branch):
            found += [[name, below] for below in entry.entries]
    return found


@pytest.mark.parametrize("command", words(), ids=" ".join)
def test_help_of_every_command_begins_with_examples(command: list[str]) -> None:
    result = call(*command, "--help", env=NOWHERE)
    assert (result.code, result.err) == (0, "")
    first, second, *_ = result.out.splitlines()
    assert first == "Examples:"
    assert second.startswith("  ollama-cli ")
    assert f"Usage: {' '.join(['ollama-cli', *command])}" in result.out
    assert call(*command, "-h", env=NOWHERE).out == result.out


@pytest.mark.parametrize("command", words(), ids=" ".join)
def test_help_fits_sixty_columns(command: list[str]) -> None:
    result = call(*command, "--help", env={"COLUMNS": "60"})
    assert result.code == 0
    written = [line for line in result.out.splitlines() if not line.startswith("  ollama-cli")]
    assert [line for line in written if len(line) > 60] == []


def test_every_command_tells_what_it_does_once() -> None:
    for entry in TABLE.values():
        assert entry.help.endswith(".")
        for below in entry.entries.values() if isinstance(entry, Branch) else ():
            assert isinstance(below, Entry)


def test_hidden_words_are_not_listed() -> None:
    listed = call("--help").out
    assert "Show what a model is" not in listed
    assert "\n  models " in listed
    assert "\n  run " not in listed


def test_the_topics() -> None:
    assert call("help").out.startswith("topics: ollama-cli help exit-codes|environment|formats\n")
    codes = call("help", "exit-codes").out
    assert all(f"{row.code} " in codes and row.name in codes for row in EXIT_CODES)
    variables = call("help", "environment").out
    for name in ("OLLAMA_CLI_HOST", "OLLAMA_HOST", "NO_COLOR", "HTTP_PROXY", "OLLAMA_CLI_CONFIG"):
        assert f"{name} " in variables
    formats = call("help", "formats").out
    assert [line.split()[0] for line in formats.splitlines()[1:]] == [
        "text", "json", "jsonl", "csv", "name", "raw",
    ]  # fmt: skip


def test_an_unknown_topic() -> None:
    result = call("help", "colours")
    assert (result.code, result.out) == (2, "")
    assert "hint: topics: exit-codes, environment, formats" in result.err
    assert "hint: try `ollama-cli chat --help`" in call("help", "chat").err


@pytest.mark.parametrize("args", [["--version"], ["-V"], ["chat", "--version"], ["-q", "-V"]])
def test_the_version(args: list[str]) -> None:
    result: Result = call(*args, env=NOWHERE)
    assert result.code == 0
    assert result.out.startswith("ollama-cli 0.")
