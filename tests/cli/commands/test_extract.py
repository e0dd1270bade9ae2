"""`-x`, `--extract` and `--extract-last`: the code of an answer, and nothing else on stdout."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hostile import Script, Server, by_path, bytes_then, chunk, head, lines
from runtimes import runtime
from scripted_models import DONE, asks, calls
from shell import Result, call

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.answer import writer
from ollama_cli.features.chat.extract import refuse_conversation
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Flags
from ollama_cli.types.answer_events import Text
from ollama_cli.ui.streams import OutStream

TWO = 'First:\n```python\nprint("1")\n```\nthen\n~~~ sh\necho 2\n~~~\nDone.\n'
NONE = "error: the answer holds no closed block of "
HINT = "hint: leave --extract out to take the whole answer\n"


def says(*texts: str, **end: Any) -> Script:
    """The script of one answer of these pieces."""
    pieces = [{"message": {"content": text}, "response": text, "done": False} for text in texts]
    return lines(*pieces, {**DONE, "response": "", **end})


def asked(script: Script, *args: str, command: str = "generate") -> Result:
    paths = {"/api/generate": script, "/api/chat": script}
    with Server(by_path(paths)) as server:
        return call(command, "hi", "-m", "m", *args, "--host", server.url)


@pytest.mark.parametrize("command", ["generate", "chat"])
@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        (["-x"], 'print("1")\n'),
        (["--extract"], 'print("1")\n'),
        (["--extract="], 'print("1")\n'),
        (["--extract=sh"], "echo 2\n"),
        (["--extract=py"], 'print("1")\n'),
        (["-xbash"], "echo 2\n"),
        (["-x=bash"], "echo 2\n"),
        (["-qx"], 'print("1")\n'),
        (["-qxsh"], "echo 2\n"),
        (["--extract-last"], "echo 2\n"),
        (["-x", "--extract-last"], "echo 2\n"),
        (["--extract=python", "--extract-last"], 'print("1")\n'),
        (["-x", "--no-stream"], 'print("1")\n'),
    ],
)
def test_one_block_alone_on_stdout(command: str, flags: list[str], shown: str) -> None:
    result = asked(says(*TWO), *flags, command=command)  # each character by itself
    assert (result.code, result.out, result.err) == (0, shown, "")


@pytest.mark.parametrize("flag", ["-x", "--extract"])
@pytest.mark.parametrize("word", ["sh", "python", "true"])
def test_the_next_word_is_never_its_language(flag: str, word: str) -> None:
    with Server(says(TWO)) as server:
        result = call("generate", flag, word, "-m", "m", "--host", server.url)
    assert (result.code, result.out) == (0, 'print("1")\n')
    assert server.requests[-1].json["prompt"] == word


def test_a_document_has_both_the_answer_and_the_block() -> None:
    result = asked(says(TWO), "-x", "-o", "json")
    assert (result.code, result.err) == (0, "")
    assert (result.json["text"], result.json["extracted"]) == (TWO, 'print("1")\n')
    events = asked(says(TWO), "--extract-last", "-o", "jsonl").events
    assert events[1] == {"event": "text", "text": TWO}
    assert (events[-1]["event"], events[-1]["extracted"]) == ("done", "echo 2\n")
    plain = asked(says(TWO), "-o", "json")
    assert "extracted" not in plain.json


@pytest.mark.parametrize(
    ("text", "flags", "kind"),
    [
        ("No code.", ["-x"], "code"),
        ("```py\nprint(", ["-x"], "code"),
        ("`a` and    b", ["--extract-last"], "code"),
        (TWO, ["--extract=rust"], "rust code"),
    ],
)
def test_no_closed_block_is_9_and_the_answer_on_stderr(
    text: str, flags: list[str], kind: str
) -> None:
    result = asked(says(text), *flags)
    assert (result.code, result.out) == (9, "")
    assert result.err == f"{text.strip()}\n{NONE}{kind}\n{HINT}"
    shown = asked(says(text), *flags, "-o", "json")
    assert (shown.code, shown.json["text"], shown.json["extracted"]) == (9, text, None)
    assert shown.error["code"] == "invalid_output"
    *_, done = asked(says(text), *flags, "-o", "jsonl").events
    assert (done["event"], done["extracted"]) == ("done", None)


def test_an_answer_that_was_cut_says_why_no_block_was_closed() -> None:
    end = {"done_reason": "length", "eval_count": 3}
    result = asked(says("```py\nx = 1", **end), "-x", "--max-tokens", "3")
    assert (result.code, result.out) == (9, "")
    assert f"{NONE}code: the answer was cut at 3 tokens (--max-tokens)\n" in result.err
    whole = asked(says("```py\nx = 1\n```\nIt", **end), "-x", "--max-tokens", "3")
    assert (whole.code, whole.out) == (0, "x = 1\n")
    assert whole.err == "warning: the answer was cut at 3 tokens (--max-tokens)\n"


def test_an_answer_without_its_end_is_no_result() -> None:
    piece = json.dumps({"response": TWO, "done": False}).encode() + b"\n"
    cut = bytes_then(head(200, {"Transfer-Encoding": "chunked"}) + chunk(piece))
    result = asked(cut, "-x")
    assert (result.code, result.out) == (5, "")
    assert result.err.startswith(TWO)  # what came is not lost
    assert asked(cut, "-x", "-o", "json").json["text"] == TWO


def test_thinking_and_an_empty_block_are_no_code() -> None:
    thought = {"response": "", "thinking": "```\nno\n```\n", "done": False}
    said = {"response": "```\n```\n", "done": False}
    result = asked(lines(thought, said, {**DONE, "response": ""}), "-x", "-q")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_where_tools_are_run_each_round_is_a_text_of_its_own(tmp_path: Any) -> None:
    tools = tmp_path / "t.py"
    tools.write_text('def one() -> str:\n    """One."""\n    return "1"\n')
    rounds = iter([calls(asks("one"), text="Let me see: "), says("```\n1\n```")])

    def turn(peer: Any) -> None:
        next(rounds)(peer)

    args = ["-x", "--tools", str(tools), "--tools-approve", "always"]
    result = asked(turn, *args, command="chat")
    assert (result.code, result.out) == (0, "1\n"), result.err


@pytest.fixture
def silent() -> Iterator[Server]:
    with Server(says(TWO)) as server:
        yield server


def test_what_excludes_it_is_told_before_anything_is_sent(silent: Server) -> None:
    for flag in ("-x", "--extract=py", "--extract-last"):
        result = call("chat", "hi", flag, "-o", "raw", "--host", silent.url)
        assert (result.code, result.out) == (2, "")
        assert "error: --extract takes a part of the answer, which -o raw" in result.err
    assert silent.requests == []


@pytest.mark.parametrize(
    "options",
    [
        *(AnswerOptions(extract=""), AnswerOptions(extract_last=True)),
        *(AnswerOptions(schema="a"), AnswerOptions(schema_multi="a")),
    ],
)
@pytest.mark.parametrize("render", ["auto", "markdown"])
def test_on_a_terminal_its_lines_stay_and_nothing_is_set(
    options: AnswerOptions, render: str
) -> None:
    context = runtime(Flags(settings={"render": render}))
    file = io.StringIO()
    context.out = OutStream(file, is_terminal=True, motion=True, fixed_width=20)
    long = f"x = **{'word ' * 9}**  # `y`\n"
    with writer(context, options, "generate", "m") as shown:
        shown.show_burst([Text(long)])
    assert file.getvalue() == long
    with writer(context, AnswerOptions(), "generate", "m") as shown:
        shown.show_burst([Text(long)])
    assert file.getvalue() != long * 2  # what is no such part is set


def test_a_conversation_is_refused() -> None:
    refuse_conversation(AnswerOptions())
    for options in (AnswerOptions(extract=""), AnswerOptions(extract_last=True)):
        with pytest.raises(UsageError, match="a conversation has many"):
            refuse_conversation(options)
