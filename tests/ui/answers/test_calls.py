"""The line for a call of a tool, as people see it."""

import io
from typing import Any

import pytest

from ollama_cli.types.answer_events import Text, ToolCall, ToolResult
from ollama_cli.ui.answers.calls import call_line
from ollama_cli.ui.answers.text import Manner, TextWriter
from ollama_cli.ui.streams import OutStream

CALL = ToolCall("read", {"path": "a"}, "c1", "fs")


def result(**more: Any) -> ToolResult:
    usual = {"ok": True, "approved": True, "seconds": 0.12, "size": 4100, "text": "x"}
    return ToolResult(**{"call": CALL, **usual, **more})


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (result(), '⚙ fs.read {"path":"a"} · 120 ms · 4.1 kB'),
        (result(ok=False, size=3), '⚙ fs.read {"path":"a"} · 120 ms · 3 B · failed'),
        (
            result(ok=False, approved=False, text="refused: no"),
            '⚙ fs.read {"path":"a"} · refused: no',
        ),
        (
            result(call=ToolCall("x", {}), ok=False, approved=False, text="there is no tool 'x'"),
            "⚙ x {} · there is no tool 'x'",
        ),
        (
            result(call=ToolCall("x", {"a": "\x1b[1m\u202e\n"}, server="s")),
            '⚙ s.x {"a":"\\u001b[1m\\u202e\\n"} · 120 ms · 4.1 kB',
        ),
    ],
)
def test_a_line_about_a_call(found: ToolResult, line: str) -> None:
    assert call_line(found, unicode=True) == line


def test_long_arguments_are_cut_and_plain_terminals_have_plain_marks() -> None:
    line = call_line(result(call=ToolCall("x", {"a": "b" * 500})), unicode=True)
    assert (len(line) < 250, "b…" in line) == (True, True)
    assert call_line(result(), unicode=False) == 'tool: fs.read {"path":"a"}, 120 ms, 4.1 kB'


def shown(*, colour: bool, tools: Any, is_terminal: bool = True) -> str:
    file = io.StringIO()
    out = OutStream(file, is_terminal=is_terminal)
    err = OutStream(file, is_terminal=is_terminal, colour=colour)
    with TextWriter(out, err, Manner(tools=tools)) as writer:
        writer.show_burst([Text("Let me"), CALL])
        writer.show(result())
        writer.show(Text("done"))
    return file.getvalue()


def test_on_a_terminal_it_stands_dim_on_its_own_line() -> None:
    line = call_line(result(), unicode=True)
    assert shown(colour=True, tools="show") == f"Let me\n\x1b[2m{line}\x1b[22m\ndone\n"
    assert shown(colour=False, tools="show") == f"Let me\n{line}\ndone\n"
    assert shown(colour=True, tools="hide") == "Let me\ndone\n"


def test_text_of_several_rounds_is_unchanged_in_a_pipe() -> None:
    assert shown(colour=False, tools="hide", is_terminal=False) == "Let medone\n"
