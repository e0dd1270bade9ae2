"""Whether a command line begins a conversation is guessed well before it is parsed."""

import pytest

from ollama_cli.cli import parser
from ollama_cli.cli.table import TABLE, Entry
from ollama_cli.ui.line import early


@pytest.mark.parametrize("command", ["chat", "run"])
def test_the_options_without_a_value_are_known(command: str) -> None:
    entry = TABLE[command]
    assert isinstance(entry, Entry)
    params = parser.load(command, entry).params
    flags = {
        word
        for param in params
        if getattr(param, "is_flag", False) or getattr(param, "count", False)
        for word in (*param.opts, *param.secondary_opts)
    }
    letters = {f"-{letter}" for letter in early.LETTERS}
    assert flags - early.FLAGS - letters == set()
    optional = parser.OPTIONAL_VALUES.keys()
    assert {
        name for name in optional if parser.OPTIONAL_VALUES[name][1] == frozenset()
    } <= early.FLAGS
    valued = {word for param in params if not optional & set(param.opts) for word in param.opts}
    valued -= flags
    assert not valued & (early.FLAGS | letters)


@pytest.mark.parametrize(
    "line",
    [
        "chat",
        "chat -m llama3.2",
        "chat -mllama3.2 -s brief --num-ctx 8192",
        "--host 127.0.0.1 -q chat --stats -O seed=1",
        "chat -qv --host=x",
        "run llama3.2",
        "run --verbose llama3.2 --keepalive 1m",
        "chat -c --private",
        "chat -I review",
        "chat --interactive review",
    ],
)
def test_a_conversation(line: str) -> None:
    assert early.may_converse(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "chat hi",
        "chat -m llama3.2 hi",
        "chat -c hi",
        "chat -",
        "chat -f -",
        "chat --file=- -I",
        "chat -- hi",
        "run llama3.2 why",
        "models show chat",
        "generate chat",
        "help",
        "--host chat",
    ],
)
def test_no_conversation(line: str) -> None:
    assert not early.may_converse(line.split())


@pytest.mark.parametrize("line", ["chat -I", "chat -qI x", "chat --interactive", "chat --inter"])
def test_keys_may_come_from_elsewhere(line: str) -> None:
    assert early.wants_terminal(line.split())


def test_keys_come_from_stdin() -> None:
    assert not early.wants_terminal(["chat", "-i", "cat.png", "--no-input", "--no-stdin"])
