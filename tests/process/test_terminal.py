"""On a terminal: what fits, what moves, what has colour, and that no server drives it."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from hostile import Server, document, lines
from shell import call
from terminals import CTRL_C, Terminal

from ollama_cli.demo import DemoServer
from ollama_cli.ui import cells

NAME = "a-model-with-a-rather-long-name:70b-instruct-q4_K_M"
MODEL = {
    "name": NAME,
    "digest": "9f438cb9cd58" + "0" * 52,
    "size": 40_000_000_000,
    "modified_at": "2021-01-02T03:04:05Z",
    "details": {"parameter_size": "70B", "quantization_level": "Q4_K_M"},
    "capabilities": ["completion", "tools", "vision"],
}
EVIL = "\x1b[2J\x1b]0;owned\x07\x1b[31mred\u202e\x9b1m"
DONE = {"model": "m", "response": "", "message": {"content": ""}, "done": True}
OURS = re.compile(rb"\x1b\[22?m|\r\x1b\[K(?:\x1b\[A\x1b\[K)*")
RED_ERROR = b"\x1b[31merror:\x1b[0m"
STATUS = [{"status": "pulling manifest"}, {"status": "success"}]


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    """A demo server at which a pull lasts long enough to be watched."""
    with DemoServer(tokens_per_second=0, bytes_per_second=16_000_000) as server:
        yield server.url


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (200, NAME),
        (105, "a-model-wi…ct-q4_K_M"),
        (80, "a-model-wi…ct-q4_K_M"),
        (60, "a-model-with-…truct-q4_K_M"),
        (40, "a-model-wi…ct-q4_K_M"),
    ],
)
def test_a_list_fits_the_width(columns: int, name: str) -> None:
    with (
        Server(document({"models": [MODEL]})) as server,
        Terminal("models", "list", "--host", server.url, columns=columns, rows=15) as terminal,
    ):
        assert terminal.end() == 0
        header, row, *rest = terminal.shown.splitlines()
    assert not rest
    assert max(len(header), len(row)) <= columns
    assert header.startswith("NAME")
    assert "SIZE" in header
    assert row.startswith(f"{name}  ")
    assert ("CAPABILITIES" in header) is (columns > 100)
    assert "MODIFIED" in header
    assert terminal.colours == {b"\x1b[1m", b"\x1b[0m"}


def test_a_list_that_fits_shows_all(demo: str) -> None:
    with Terminal("models", "list", "--host", demo, columns=120) as terminal:
        assert terminal.end() == 0
        assert terminal.shown.splitlines()[0].split() == [
            "NAME", "ID", "SIZE", "PARAMETERS", "QUANTIZATION", "CAPABILITIES", "MODIFIED",
        ]  # fmt: skip


@pytest.mark.parametrize("command", ["generate", "chat"])
@pytest.mark.parametrize("options", [[], ["--render", "plain", "--show-thinking"]])
def test_an_answer_cannot_drive_the_terminal(command: str, options: list[str]) -> None:
    text = {**DONE, "response": EVIL, "message": {"content": EVIL, "thinking": EVIL}}
    args = (command, "hi", "-m", "m", "--no-stdin", *options)
    with (
        Server(lines(text)) as server,
        Terminal(*args, "--host", server.url, columns=120) as terminal,
    ):
        assert terminal.end() == 0
    assert terminal.colours <= {b"\x1b[2m", b"\x1b[22m"}
    assert OURS.sub(b"", terminal.raw).count(b"\x1b") == 0
    assert b"\x07" not in terminal.raw
    assert "\x9b".encode() not in terminal.raw
    assert "\\x1b[2J\\x1b]0;owned\\x07\\x1b[31mred\\u202e\\x9b1m" in terminal.shown


def test_names_and_statuses_cannot_drive_the_terminal() -> None:
    evil = [{"status": EVIL}, {"error": EVIL}]
    for name, code in (("m", 5), (f"m{EVIL}", 2)):
        args = ("pull", name, "--progress", "plain", "--retries", "1")
        with (
            Server(lines(*evil)) as server,
            Terminal(*args, "--host", server.url) as terminal,
        ):
            assert terminal.end() == code
        assert terminal.raw.count(b"\x1b") == 2 * terminal.raw.count(RED_ERROR) == 2
        assert "\\x1b[2J" in terminal.shown


def test_thinking_is_dim_and_the_answer_is_not() -> None:
    text = {**DONE, "message": {"content": "yes", "thinking": "hm"}}
    with (
        Server(lines(text)) as server,
        Terminal("chat", "hi", "-m", "m", "--no-stdin", "--host", server.url) as terminal,
    ):
        assert terminal.end() == 0
    assert b"\x1b[2mhm\x1b[22m" in terminal.raw
    assert terminal.shown.splitlines() == ["thought for 1 s", "", "yes"]


def test_bars_appear_and_leave_the_terminal_clean(slow: str) -> None:
    with Terminal("models", "pull", "nomic-embed-text", "--host", slow) as terminal:
        terminal.expect("━")
        assert terminal.screen.cursor.hidden
        assert terminal.end() == 0
        assert not terminal.screen.cursor.hidden
        (line,) = terminal.shown.splitlines()
    assert line.startswith("pulled nomic-embed-text  8.0 MB in ")
    assert any(b"36" in colour for colour in terminal.colours)


def test_bars_fit_a_small_terminal(slow: str) -> None:
    args = ("models", "pull", "qwen2.5-coder:7b", "--host", slow)
    with Terminal(*args, columns=60, rows=15) as terminal:
        terminal.expect("━")
        assert len(terminal.shown.splitlines()) <= 2
        terminal.send(CTRL_C)
        assert terminal.end() == 130
        assert not terminal.screen.cursor.hidden
        assert "━" not in terminal.shown
    assert "interrupted at" in terminal.shown
    assert "run the same" in terminal.shown


def test_without_colour_bars_move_all_the_same(slow: str) -> None:
    args = ("models", "pull", "llama3.2", "--host", slow)
    with Terminal(*args, env={"NO_COLOR": "1"}) as terminal:
        terminal.expect("━")
        terminal.send(CTRL_C)
        assert terminal.end() == 130
    assert terminal.colours == set()


def test_a_dumb_terminal_gets_plain_lines(demo: str) -> None:
    args = ("models", "pull", "nomic-embed-text", "--host", demo)
    with Terminal(*args, env={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
    assert b"\x1b" not in terminal.raw
    assert terminal.shown.splitlines()[0] == "pulling manifest"


def test_bars_move_on_stderr_where_stdout_is_a_pipe(slow: str) -> None:
    args = ("models", "pull", "llama3:8b", "--json", "--host", slow)
    with Terminal(*args, stdout=subprocess.PIPE) as terminal:
        terminal.expect("━")
        terminal.send(CTRL_C)
        assert terminal.process.stdout is not None
        document = terminal.process.stdout.read()
        assert terminal.end() == 130
    assert document.startswith(b'{"schema": "ollama-cli/models-pull/1"')


def test_no_bars_where_stderr_is_a_file(demo: str) -> None:
    args = ("models", "pull", "nomic-embed-text", "--host", demo)
    with Terminal(*args, stderr=subprocess.PIPE, env={"FORCE_COLOR": "1"}) as terminal:
        assert terminal.process.stderr is not None
        told = terminal.process.stderr.read()
        assert terminal.end() == 0
    assert terminal.raw == b""
    assert b"\x1b" not in told
    assert told.startswith(b"pulling manifest\n")


def test_documents_are_laid_out_and_ascii_on_a_terminal() -> None:
    evil = {"models": [{"name": "\N{SNOWMAN}\x9b31m"}]}
    with (
        Server(document(evil)) as server,
        Terminal("models", "list", "--json", "--host", server.url) as terminal,
    ):
        assert terminal.end() == 0
    assert terminal.raw.isascii()
    assert '  "models": [' in terminal.shown


def test_the_tour_on_two_terminals() -> None:
    with (
        Terminal("demo") as large,
        Terminal("demo", columns=60, rows=15, env={"NO_COLOR": "1"}) as small,
    ):
        for terminal in (large, small):
            assert terminal.end() == 0
            assert not terminal.screen.cursor.hidden
            assert "that was the tour" in terminal.shown
            assert "━" not in terminal.shown
            assert "━".encode() in terminal.raw
        assert large.colours
        assert small.colours == set()


def test_colour_in_a_pipe_where_it_is_asked_for(demo: str) -> None:
    always = call("models", "list", "--color", "always", "--host", demo)
    forced = call("models", "list", "--host", demo, env={"FORCE_COLOR": "1"})
    assert always.out.startswith("\x1b[1mNAME")
    assert forced.out.startswith("\x1b[1mNAME")
    never = call("models", "list", "--color", "never", "--host", demo, env={"FORCE_COLOR": "1"})
    assert "\x1b" not in never.out
    assert "\x1b" not in call("pull", "llama3.2", "--color", "always", "--host", demo).err


@pytest.mark.parametrize("topic", ["exit-codes", "environment", "formats"])
@pytest.mark.parametrize("columns", [80, 60])
def test_help_is_wrapped_and_not_cut(topic: str, columns: int) -> None:
    with Terminal("help", topic, columns=columns, rows=200) as terminal:
        assert terminal.end() == 0
        shown = terminal.shown
    assert "…" not in shown
    piped = call("help", topic).out
    assert shown.split() == piped.split()
    assert max(map(len, shown.splitlines())) <= columns


WORDS = "http://a-host-with-a-rather-long-name.of-a-company.example.com/v1/chat/completions"


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_an_error_is_broken_between_words_and_an_address_stays_whole(columns: int) -> None:
    refusal = document(
        {"error": f"この模型 is too large for this machine: see {WORDS} for more"}, 500
    )
    with (
        Server(refusal) as server,
        Terminal("models", "show", "m", "--host", server.url, columns=columns) as terminal,
    ):
        assert terminal.end() == 5
    shown = call("models", "show", "m", "--host", "127.0.0.1:9", env={"COLUMNS": "40"}).err
    assert shown.count("\n") == 2
    written = terminal.raw.replace(b"\x1b[31m", b"").replace(b"\x1b[0m", b"").decode()
    assert " ".join(written.split("\r\n")).rstrip() == (
        f"error: この模型 is too large for this machine: see {WORDS} for more"
    )
    lines_written = written.split("\r\n")
    assert len(lines_written) > 2
    assert all(cells.width(line) <= columns or line == WORDS for line in lines_written)


@pytest.mark.parametrize(
    ("options", "env", "is_red"),
    [
        ([], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"NO_COLOR": "1"}, False),
        (["--color", "never"], {}, False),
        ([], {"TERM": "dumb"}, False),
        (["--nosuch"], {}, True),
        (["--nosuch", "--color=never"], {}, False),
        (["-o", "json"], {}, False),
    ],
)
def test_error_is_red_where_colour_is_allowed(
    options: list[str], env: dict[str, str], is_red: bool
) -> None:
    args = ("models", "list", "--host", "127.0.0.1:9", *options)
    with Terminal(*args, env=env) as terminal:
        assert terminal.end() in {2, 3}
    assert terminal.colours == ({b"\x1b[31m", b"\x1b[0m"} if is_red else set())
    assert (RED_ERROR in terminal.raw) is is_red


def test_error_is_plain_off_a_terminal_unless_colour_is_forced() -> None:
    args = ("models", "list", "--host", "127.0.0.1:9")
    assert call(*args).err.startswith("error: ")
    assert call(*args, "--color", "always").errors.startswith(RED_ERROR)
    assert call(*args, env={"FORCE_COLOR": "1"}).errors.startswith(RED_ERROR)
    assert "\x1b" not in call(*args, "-o", "json", "--color", "always").err


def test_each_of_several_errors_is_red() -> None:
    with (
        Server(document({"error": "no"}, 500)) as server,
        Terminal("models", "stop", "a", "b", "--host", server.url) as terminal,
    ):
        assert terminal.end() == 5
    assert terminal.raw.count(RED_ERROR) == 3
