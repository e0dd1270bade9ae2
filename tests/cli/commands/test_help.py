"""The topics of `help`, and what it does not know."""

import json
import re
from pathlib import Path

import pytest
from documentation import COMMANDS, entry_of
from shell import Result, call

from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.formats import FORMATS
from ollama_cli.cli.schema_words import EXAMPLE, WORDS
from ollama_cli.cli.table import TABLE, TOPICS, Branch, Entry
from ollama_cli.features.schema.words import schema_of_words
from ollama_cli.ui import published

NOWHERE = {"OLLAMA_HOST": "http://127.0.0.1:9"}


def test_every_command_tells_what_it_does_once() -> None:
    for entry in TABLE.values():
        assert entry.help.endswith(".")
        for below in entry.entries.values() if isinstance(entry, Branch) else ():
            assert isinstance(below, Entry)


def test_the_topics() -> None:
    assert call("help").out.endswith(f"\ntopics: {' '.join(TOPICS)}\n")
    assert {"exit-codes", "environment", "formats", "schema", "man", "agent"} <= set(TOPICS)
    codes = call("help", "exit-codes").out
    assert all(f"{row.code} " in codes and row.name in codes for row in EXIT_CODES)
    variables = call("help", "environment").out
    for name in ("OLLAMA_CLI_HOST", "OLLAMA_HOST", "NO_COLOR", "HTTP_PROXY", "OLLAMA_CLI_CONFIG"):
        assert f"{name} " in variables
    formats = call("help", "formats").out
    table, additions, chosen, versions = formats.split("\n\n")
    assert [line.split()[0] for line in table.splitlines()[1:]] == [
        "text", "json", "jsonl", "csv", "name", "raw", "markdown",
    ]  # fmt: skip
    assert "ollama-cli help schema" in additions or "`help schema`" in additions
    assert all(f"`{option} " in chosen for option in ("--fields", "--jq", "--line"))
    assert "only additions" in versions
    assert "/1 stays for one minor release" in versions
    assert "`--output-version 1`" in versions


def test_every_format_of_the_table_is_explained_with_the_commands_that_have_it() -> None:
    told = {name: where.split(", ") for name, _, where in FORMATS}
    rows = [(" ".join(words), entry_of(words)) for words in COMMANDS]
    for words, entry in rows:
        for output in () if entry.hidden else entry.outputs:
            assert words in told[output] or output in {"json", "jsonl"}
    assert "models list" in told["csv"]
    assert "chat" not in told["csv"]


def test_schemas_are_listed_and_printed() -> None:
    listed = call("help", "schema").out
    for name in published.names():
        assert re.search(rf"^{name} +\S.*\.$", listed, re.MULTILINE)
    for words in (["models-list"], ["models", "list"], ["ollama-cli/models-list/1"]):
        printed = call("help", "schema", *words)
        assert printed.out == published.text("models-list")
        assert json.loads(printed.out)["title"] == "models-list"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["schema", "model-list"],
            "no schema is named 'model-list'\nhint: did you mean models-list",
        ),
        (["schema", "xyzzy"], "hint: all of them: `ollama-cli help schema`"),
        (["schema", "../schemas/error"], "no schema is named"),
        (["schema", "ollama-cli/models-list/2"], "no schema is named"),
        (["formats", "json"], "got unexpected extra argument (json)"),
        (["options", "x", "y"], "got unexpected extra arguments (x y)\nhint: see"),
        (["chat", "x"], "no such command: ollama-cli chat x\nhint: see `ollama-cli chat --help`"),
        (["models", "lst"], "no such command: ollama-cli models lst\nhint: did you mean"),
        (["models", "list", "x", "y"], "no such command: ollama-cli models list x\n"),
        (["--", "--version"], "no help topic is named '--version'"),
    ],
)
def test_what_help_does_not_know(words: list[str], told: str) -> None:
    result = call("help", *words)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


def test_a_version_of_the_output_that_there_is_and_one_that_there_is_not(tmp_path: Path) -> None:
    plain = call("sessions", "list", "-o", "json", at=tmp_path)
    assert call("sessions", "list", "-o", "json", "--output-version", "1", at=tmp_path) == plain
    refused = call("sessions", "list", "-o", "json", "--output-version=2", at=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert refused.error["code"] == "usage"
    assert "invalid value for '--output-version': '2' is not" in refused.error["message"]
    assert "--output-version" not in call("models", "rm", "--help").out


def test_an_unknown_topic() -> None:
    result = call("help", "colours")
    assert (result.code, result.out) == (2, "")
    assert f"hint: topics: {', '.join(TOPICS)}\n" in result.err
    assert "hint: did you mean `ollama-cli help chat`?" in call("help", "chta").err


@pytest.mark.parametrize("args", [["--version"], ["-V"], ["chat", "--version"], ["-q", "-V"]])
def test_the_version(args: list[str]) -> None:
    result: Result = call(*args, env=NOWHERE)
    assert result.code == 0
    assert result.out.startswith("ollama-cli 0.")


def test_the_words_of_a_schema_are_those_that_are_read() -> None:
    shown = call("help", "schema-words")
    assert shown.code == 0
    assert EXAMPLE in shown.out
    for words, _ in WORDS:
        assert words in shown.out
        assert schema_of_words(words)["properties"]
    assert len(schema_of_words(EXAMPLE)["properties"]) == 5
