"""An answer is shown as it comes, and what came before a failure is not lost."""

import io
import json

import pytest
from answer_streams import ANSWER, CALL, show, stream, written

from ollama_cli.errors import InterruptError, ProtocolError, StreamCutError
from ollama_cli.types.answer_events import Done, Text, Thinking, ToolCall
from ollama_cli.ui.answers import writers
from ollama_cli.ui.answers.text import Manner, TextWriter, ThinkingMode
from ollama_cli.ui.answers.writers import JsonLinesWriter, JsonWriter
from ollama_cli.ui.streams import OutStream


class Gone(io.StringIO):
    """A pipe whose reader goes away after some writes."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, text: str) -> int:
        if not self.left:
            raise BrokenPipeError
        self.left -= 1
        return super().write(text)


def text_of(*texts: str, terminal: bool = False, whole: bool = False) -> str:
    out = stream(terminal=terminal)
    show(TextWriter(out, stream(), Manner(stream=not whole)), *map(Text, texts), Done(ANSWER))
    return written(out)


@pytest.mark.parametrize(
    ("output", "kind"),
    [("text", TextWriter), ("json", JsonWriter), ("jsonl", JsonLinesWriter)],
)
def test_the_format_chooses_the_writer(output: str, kind: type) -> None:
    writer = writers.choose(output, "chat", "m", out=stream(), err=stream())
    assert type(writer) is kind


@pytest.mark.parametrize("quiet", [True, False])
def test_quiet_hides_the_thinking(quiet: bool) -> None:
    out, err = stream(), stream()
    thinking: ThinkingMode = "hide" if quiet else "fold"
    writer = writers.choose("text", "chat", "m", out=out, err=err, manner=Manner(thinking=thinking))
    show(writer, Thinking("Hm"), Text("a"))
    assert (written(out), written(err)) == ("a\n", "" if quiet else "Hm\n\n")


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["a", "b"], "ab\n"),
        (["a\n"], "a\n"),
        (["a", "\n"], "a\n"),
        (["a\n", "", "b"], "a\nb\n"),
        (["a\n", ""], "a\n"),
        (["a\r"], "a\r\n"),
        (["\n"], "\n"),
        ([" "], " \n"),
        ([""], ""),
        ([], ""),
        (["\x1b[31mred\x07\r\n", "\u202e\x9b"], "\x1b[31mred\x07\r\n\u202e\x9b\n"),
        (["**a** \u2028", "\ufeff\t"], "**a** \u2028\ufeff\t\n"),
    ],
)
def test_a_pipe_gets_the_text_unchanged_and_one_newline(
    texts: list[str], shown: str, whole: bool
) -> None:
    assert text_of(*texts, whole=whole) == shown


def test_through_a_pipe_the_bytes_are_those_of_the_answer() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    show(TextWriter(OutStream(file), stream()), Text("é\r\n"), Text("\N{SNOWMAN}"))
    assert isinstance(file.buffer, io.BytesIO)
    assert file.buffer.getvalue() == "é\r\n\N{SNOWMAN}\n".encode()


@pytest.mark.parametrize("whole", [True, False])
def test_on_a_terminal_control_characters_are_visible(whole: bool) -> None:
    assert (
        text_of("\x1b[2J\x07", "a\tb\nc\x9b\u202e", terminal=True, whole=whole)
        == "\\x1b[2J\\x07a\tb\nc\\x9b\\u202e\n"
    )


def test_a_text_is_shown_at_once_unless_it_shall_be_whole() -> None:
    for streams in (True, False):
        out = stream()
        with TextWriter(out, stream(), Manner(stream=streams)) as writer:
            writer.show(Text("a"))
            assert written(out) == ("a" if streams else "")
        assert written(out) == "a\n"


def test_nothing_but_text_is_on_stdout() -> None:
    out, err = stream(), stream()
    show(TextWriter(out, err), Thinking("Hm"), CALL, Text("a"), Done(ANSWER))
    assert written(out) == "a\n"
    assert written(err) == 'Hm\n\nnote: the model calls weather({"city": "Paris"})\n'


@pytest.mark.parametrize(
    ("thoughts", "shown"),
    [
        (["Hm"], "Hm\n\n"),
        (["H", "m\n"], "Hm\n\n"),
        (["a\nb", "\x1b[2J"], "a\nb\\x1b[2J\n\n"),
        ([], ""),
    ],
)
def test_thinking_goes_to_stderr_and_ends_with_a_blank_line(
    thoughts: list[str], shown: str
) -> None:
    out, err = stream(), stream()
    show(TextWriter(out, err), *map(Thinking, thoughts), Text("a"))
    assert (written(out), written(err)) == ("a\n", shown)


def test_thinking_is_dim_where_stderr_has_colour() -> None:
    err = stream(terminal=True, colour=True)
    show(TextWriter(stream(), err), Thinking("H\x1b"), Thinking("m"), Text("a"))
    assert written(err) == "\x1b[2mH\\x1b\x1b[22m\x1b[2mm\x1b[22m\n\n"
    err = stream(terminal=True)
    show(TextWriter(stream(colour=True), err), Thinking("Hm"))
    assert written(err) == "Hm\n\n"


def test_thinking_may_come_again_after_text() -> None:
    out, err = stream(), stream()
    show(TextWriter(out, err), Thinking("a"), Text("1"), Thinking("b\n"), Text("2"))
    assert (written(out), written(err)) == ("12\n", "a\n\nb\n\n")


def test_a_call_cannot_drive_the_terminal() -> None:
    err = stream(terminal=True)
    show(TextWriter(stream(), err), ToolCall("a\n\x1b[2J", {"x": "\x9b\u202eé"}))
    assert written(err) == 'note: the model calls a \\x1b[2J({"x": "\\x9b\\u202eé"})\n'


@pytest.mark.parametrize("error", [ProtocolError("x"), KeyboardInterrupt(), InterruptError(15)])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("terminal", "end"), [(True, "\n"), (False, "")])
def test_partial_text_stays_and_a_pipe_gets_nothing_more(
    error: BaseException, whole: bool, terminal: bool, end: str
) -> None:
    out = stream(terminal=terminal)
    show(TextWriter(out, stream(), Manner(stream=not whole)), Text("par"), Text("t"), error=error)
    assert written(out) == f"part{end}"


def test_a_failure_ends_the_thinking_too() -> None:
    err = stream()
    show(TextWriter(stream(), err), Thinking("Hm"), error=StreamCutError("cut"))
    assert written(err) == "Hm\n\n"


def test_a_broken_pipe_is_not_written_to_again() -> None:
    out = OutStream(Gone(1))
    with pytest.raises(BrokenPipeError):
        show(TextWriter(out, stream()), Text("a"), Text("b"))
    assert written(out) == "a"


class Counted(io.StringIO):
    writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


@pytest.mark.parametrize("kind", ["text", "jsonl"])
def test_what_one_read_brought_is_written_at_once(kind: str) -> None:
    out = OutStream(Counted())
    assert isinstance(out.file, Counted)
    writer = writers.choose(kind, "chat", "m", out=out, err=stream())
    with writer:
        before = out.file.writes
        writer.show_burst([Text("a"), Text("b"), Text("c")])
        assert out.file.writes == before + 1
        writer.show_burst([Text("d")])
        assert out.file.writes == before + 2
    assert "".join(part for part in "abcd" if part in out.file.getvalue()) == "abcd"


def test_a_burst_keeps_the_order_of_its_events() -> None:
    out, err = stream(), stream()
    with TextWriter(out, err) as writer:
        writer.show_burst([Thinking("hm"), Text("a"), Text("b"), CALL, Text("c"), Done(ANSWER)])
    assert written(out) == "abc\n"
    assert written(err) == 'hm\n\nnote: the model calls weather({"city": "Paris"})\n'
    gathered = stream()
    with JsonWriter(gathered, "chat", "m") as whole:
        whole.show_burst([Text("Hello"), Done(ANSWER)])
    assert json.loads(written(gathered))["text"] == "Hello"
