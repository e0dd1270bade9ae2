"""What a stream can show is judged once, and no text drives the terminal."""

import errno
import io
import os
import sys

import pytest

from ollama_cli.errors import OllamaCliError
from ollama_cli.types.text import one_line, visible
from ollama_cli.ui.streams import FALLBACK_WIDTH, OutStream, open_stream, redirect_to_null


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Bytes(io.TextIOWrapper):
    def __init__(self, encoding: str, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def written(self) -> bytes:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue()


@pytest.mark.parametrize(
    ("environ", "color", "colour", "motion"),
    [
        ({}, "auto", True, True),
        ({"NO_COLOR": "1"}, "auto", False, True),
        ({"NO_COLOR": ""}, "auto", True, True),
        ({"NO_COLOR": "1"}, "always", True, True),
        ({}, "never", False, True),
        ({"TERM": "dumb"}, "auto", False, False),
        ({"TERM": "dumb"}, "always", True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False, True),
        ({"FORCE_COLOR": "1"}, "never", False, True),
    ],
)
def test_on_a_terminal_colour_and_motion_are_two_questions(
    environ: dict[str, str], color: str, colour: bool, motion: bool
) -> None:
    stream = open_stream(Terminal(), environ, color)
    assert (stream.is_terminal, stream.colour, stream.motion) == (True, colour, motion)


@pytest.mark.parametrize(
    ("environ", "color", "colour"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_a_redirected_stream_never_moves(environ: dict[str, str], color: str, colour: bool) -> None:
    stream = open_stream(io.StringIO(), environ, color)
    assert (stream.is_terminal, stream.colour, stream.motion) == (False, colour, False)


def test_a_closed_stream_is_no_terminal() -> None:
    file = io.StringIO()
    file.close()
    assert not open_stream(file, {}).is_terminal


def test_a_pipe_gets_utf_8_and_plain_newlines_whatever_the_locale() -> None:
    file = Bytes("ascii")
    stream = open_stream(file, {})
    stream.line("\N{SNOWMAN}")
    assert (file.written, stream.unicode) == ("\N{SNOWMAN}\n".encode(), True)


def test_a_terminal_keeps_its_encoding_and_gets_replacements() -> None:
    file = Bytes("ascii", terminal=True)
    stream = open_stream(file, {})
    stream.write("a\N{SNOWMAN}\ud800")
    assert (file.written, stream.unicode) == (b"a??", False)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-16-le"])
def test_a_terminal_of_a_unicode_encoding_can_draw(encoding: str) -> None:
    unicode = open_stream(Bytes(encoding, terminal=True), {}).unicode
    assert unicode is (encoding != "utf-16-le")


def test_text_and_bytes_leave_in_the_order_they_were_written() -> None:
    file = Bytes("utf-8")
    stream = OutStream(file)
    stream.write("one ")
    stream.write_bytes(b"\xfftwo\n")
    stream.line("three")
    assert file.written == b"one \xfftwo\nthree\n"


def test_bytes_become_text_where_there_is_nothing_below_the_text() -> None:
    file = io.StringIO()
    OutStream(file).write_bytes(b"a\xff")
    assert file.getvalue() == "a\N{REPLACEMENT CHARACTER}"


def test_the_width_is_fixed_or_fallen_back_to() -> None:
    assert OutStream(io.StringIO(), fixed_width=33).width == 33
    assert OutStream(io.StringIO()).width == FALLBACK_WIDTH == 80


def test_a_terminal_that_has_no_number_is_as_wide_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    assert OutStream(Terminal(), is_terminal=True).width == 44


@pytest.mark.parametrize("columns", [120, 0])
def test_the_width_of_a_terminal_is_measured(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    class Numbered(Terminal):
        def fileno(self) -> int:
            return 5

    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 9)))
    assert OutStream(Numbered(), is_terminal=True).width == (columns or 80)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \N{SNOWMAN}\tx\n", "plain \N{SNOWMAN}\tx\n"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\x00\x7f", "a\\x0db\\x00\\x7f"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("a\u202eb\u2066\u200f", "a\\u202eb\\u2066\\u200f"),
        ("\u061c", "\\u061c"),
    ],
)
def test_control_characters_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_server_text_is_folded_to_one_line() -> None:
    assert one_line(" a\n\n b\t\u2028c \x1b[0m ") == "a b c \\x1b[0m"


def test_the_flush_at_exit_is_quiet_when_the_reader_has_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        gone.write("lost")
        with pytest.raises(BrokenPipeError):
            gone.flush()
        redirect_to_null(sys.stdout)
        gone.flush()


def test_without_a_real_stdout_there_is_nothing_to_quieten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    redirect_to_null(sys.stdout)
    sys.stdout.write("still open")


def test_a_process_started_without_a_stream_writes_into_nothing() -> None:
    stream = open_stream(None, {})
    stream.line("lost")
    assert (stream.is_terminal, stream.colour, stream.motion) == (False, False, False)


class Failing(io.StringIO):
    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def flush(self) -> None:
        raise self._error


def test_a_full_disk_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OllamaCliError, match="cannot write the output: No space left") as caught:
        OutStream(Failing(full)).write("x")
    assert caught.value.exit_code == 1


def test_a_reader_that_went_away_is_a_broken_pipe() -> None:
    with pytest.raises(BrokenPipeError):
        OutStream(Failing(BrokenPipeError(errno.EPIPE, "Broken pipe"))).write("x")
