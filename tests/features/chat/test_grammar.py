"""What was typed is a command or a question; the habits of `ollama run` are commands of ours."""

import pytest

from ollama_cli.features.chat.commands import COMMANDS
from ollama_cli.features.chat.grammar import HABITS, Call, read, words


@pytest.mark.parametrize(
    ("typed", "call"),
    [
        ("/help", Call("help", "")),
        ("/help ", Call("help", "")),
        ("/?", Call("help", "", "/?")),
        ("/? shortcuts", Call("help", "keys", "/? shortcuts")),
        ("/? set", Call("help", "set", "/?")),
        ("/xyzzy a  b", Call("xyzzy", "a  b")),
        ("/system You are\na poet.", Call("system", "You are\na poet.")),
        ("/system\nYou are", Call("system", "You are")),
        ('/system """You are\na poet."""', Call("system", "You are\na poet.")),
        ('/system """', Call("system", '"""')),
        ("/bye", Call("exit", "", "/bye")),
        ("/clear", Call("new", "", "/clear")),
        ("/load eyes", Call("model", "eyes", "/load")),
        ("/set parameter num_ctx 4096", Call("set", "num_ctx 4096", "/set parameter")),
        ("/set system Be brief.", Call("system", "Be brief.", "/set system")),
        ("/set think", Call("think", "on", "/set think")),
        ("/set think high", Call("think", "high", "/set think")),
        ("/set nothink", Call("think", "off", "/set nothink")),
        ("/set format json", Call("format", "json", "/set format")),
        ("/set noformat", Call("format", "off", "/set noformat")),
        ("/set nohistory", Call("private", "on", "/set nohistory")),
        ("/set history", Call("private", "off", "/set history")),
        ("/set verbose", Call("set", "stats on", "/set verbose")),
        ("/set quiet", Call("set", "stats off", "/set quiet")),
        ("/set nowordwrap", Call("set", "wrap off", "/set nowordwrap")),
        ("/set temperature 0", Call("set", "temperature 0")),
        ("/show info", Call("show", "info")),
    ],
)
def test_a_command(typed: str, call: Call) -> None:
    assert read(typed) == call


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("hello", "hello"),
        ("/etc/hosts means what?", "/etc/hosts means what?"),
        ("/usr", Call("usr", "")),
        ("/Help", "/Help"),
        ("/v1 or /v2?", "/v1 or /v2?"),
        ("/help!", "/help!"),
        ("/", "/"),
        ("//help", "/help"),
        ("//etc/hosts", "/etc/hosts"),
        ("// a comment", "// a comment"),
        ("///", "///"),
        (" /help", " /help"),
        ("a\n/exit", "a\n/exit"),
    ],
)
def test_a_question(typed: str, question: object) -> None:
    assert read(typed) == question


def test_a_pasted_block_is_a_question_as_it_is() -> None:
    assert read("/exit\nnow", is_block=True) == "/exit\nnow"
    assert read("//x\ny", is_block=True) == "//x\ny"


def test_every_habit_means_a_command_that_there_is() -> None:
    for habit in HABITS:
        call = read(habit)
        assert isinstance(call, Call)
        assert call.word in COMMANDS


def test_paths_may_hold_blanks() -> None:
    assert words(r"a\ b.txt 'c d' e") == ["a b.txt", "c d", "e"]
    assert words("it's.txt") == ["it's.txt"]
