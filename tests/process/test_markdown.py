"""Markdown on terminals of two sizes: screen and scrollback hold what one rendering would show."""

import signal

import pytest
from answer_servers import ASK, DONE, Steps, said
from documents_in_markdown import SAMPLES, long_answer, pieces
from hostile import Server, lines
from screens import Screen
from shell import call
from terminals import CTRL_C, CTRL_D, Terminal

from ollama_cli.ui.markdown.typesetter import Typesetter

SIZES = [(80, 24), (60, 15)]
OPEN = ("fences", "cut ", "fence", "long code", "carriage")  # what would swallow the next sample


def at_once(text: str, columns: int, rows: int) -> list[str]:
    screen = Screen(columns, rows)
    screen.write(Typesetter().render(text, columns))
    return screen.lines


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("command", ["chat", "generate"])
def test_all_kinds_of_blocks(columns: int, rows: int, command: str) -> None:
    text = "\n\n---\n\n".join(text for name, text in SAMPLES.items() if not name.startswith(OPEN))
    script = lines(*map(said, pieces(text, 2)), DONE)
    args = (command, *ASK[1:], "--host")
    with (
        Server(script) as server,
        Terminal(*args, server.url, columns=columns, rows=rows) as terminal,
    ):
        assert terminal.end() == 0
        assert terminal.lines == at_once(text, columns, rows)


def test_five_thousand_tokens() -> None:
    columns, rows = 60, 15
    tokens = long_answer()
    script = lines(*map(said, tokens), DONE)
    args = (*ASK, "--host")
    with (
        Server(script) as server,
        Terminal(*args, server.url, columns=columns, rows=rows) as terminal,
    ):
        assert terminal.end() == 0
        assert terminal.lines == at_once("".join(tokens), columns, rows)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("cut ")])
def test_an_answer_that_fails_in_mid_block(name: str) -> None:
    script = lines(*map(said, pieces(SAMPLES[name], 2)), {"error": "gone"})
    with Server(script) as server, Terminal(*ASK, "--host", server.url) as terminal:
        assert terminal.end() == 5
        *shown, error = terminal.lines
    assert shown == at_once(SAMPLES[name], 80, 24)
    assert error == "error: gone"


def test_without_streaming_the_whole_is_rendered() -> None:
    script = lines(said("# a\n\n- **b"), said("**\n"), DONE)
    with (
        Server(script) as server,
        Terminal(*ASK, "--no-stream", "--host", server.url) as terminal,
    ):
        assert terminal.end() == 0
    assert (
        terminal.raw.decode() == "\x1b[1;4;35ma\x1b[0m\r\n\r\n\x1b[90m • \x1b[0m\x1b[1mb\x1b[0m\r\n"
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_what_was_said_in_style(number: int, code: int) -> None:
    steps = Steps(said("# One\n\nThe **tw"), said("o** th"))
    with Server(steps) as server, Terminal(*ASK, "--host", server.url) as terminal:
        steps.go_on()
        terminal.expect("The **tw")
        steps.go_on()
        terminal.expect("The **two** th")
        if number == signal.SIGINT:
            terminal.send(CTRL_C)
        else:
            terminal.process.send_signal(number)
        assert terminal.end() == code
        assert terminal.lines == ["One", "The two th"]
        assert not terminal.screen.cursor.hidden


def test_in_a_conversation_ctrl_c_stops_the_answer_and_keeps_the_session() -> None:
    steps = Steps(said("- **one**\n- tw"))
    args = ("chat", "-m", "m", "--no-preload", "--host")
    with (
        Server(steps) as server,
        Terminal(*args, server.url, columns=60, rows=15) as terminal,
    ):
        terminal.expect(">>>")
        terminal.send("hi\r")
        steps.go_on()
        terminal.expect("- tw")
        terminal.send(CTRL_C)
        terminal.expect("the conversation goes on")
        terminal.send(CTRL_D)
        assert terminal.end() == 0
        shown = [line for line in terminal.lines if "hi" not in line]
    assert shown[-4:-1] == [" • one", " • tw", "note: stopped; the conversation goes on"]


@pytest.mark.parametrize("columns", [50, 100])
def test_a_window_that_is_resized_keeps_what_stands_above(columns: int) -> None:
    steps = Steps(said("# Above\n\nan **open"), said("** block\n\n**next**\n\n"), DONE)
    with Server(steps) as server, Terminal(*ASK, "--host", server.url) as terminal:
        steps.go_on()
        terminal.expect("an **open")
        terminal.resize(columns, 24)
        steps.go_on()
        steps.go_on()
        assert terminal.end() == 0
        assert terminal.lines == ["Above", "an **open** block", "next"]


@pytest.mark.parametrize("render", ["auto", "markdown", "plain"])
def test_a_pipe_is_never_touched(render: str) -> None:
    with Server(lines(said("# a\n\n- **b**\x1b[1m"), DONE)) as server:
        for more in ([], ["--color", "always"]):
            result = call(*ASK, "--render", render, *more, "--host", server.url)
            assert result.raw == b"# a\n\n- **b**\x1b[1m\n"


@pytest.mark.parametrize(
    ("options", "env"),
    [
        (["--render", "plain"], {}),
        ([], {"OLLAMA_CLI_RENDER": "plain"}),
        ([], {"TERM": "dumb"}),
        (["--render", "markdown"], {"TERM": "dumb"}),
        (["--format", "json"], {}),
    ],
)
def test_plain_where_it_is_asked_for_or_fits(options: list[str], env: dict[str, str]) -> None:
    script = lines(said("**a**"), DONE)
    with (
        Server(script) as server,
        Terminal(*ASK, *options, "--host", server.url, env=env) as terminal,
    ):
        assert terminal.end() == 0
        assert terminal.lines == ["**a**"]


@pytest.mark.parametrize("option", [["--raw"], ["--suffix", "x"]])
def test_what_goes_on_with_a_text_is_plain_unless_asked_otherwise(option: list[str]) -> None:
    script = lines(said("**a**"), DONE)
    args = ("generate", *ASK[1:], *option)
    for more, shown in (([], "**a**"), (["--render", "markdown"], "a")):
        with Server(script) as server, Terminal(*args, *more, "--host", server.url) as terminal:
            assert terminal.end() == 0
            assert terminal.lines == [shown]


def test_without_colour_there_are_weights_and_no_colours() -> None:
    script = lines(said("# a\n\n**b** `c`\n\n```python\nx = 1\n```\n"), DONE)
    with (
        Server(script) as server,
        Terminal(*ASK, "--host", server.url, env={"NO_COLOR": "1"}) as terminal,
    ):
        assert terminal.end() == 0
    assert terminal.colours == {b"\x1b[1;4m", b"\x1b[1m", b"\x1b[0m"}
    assert "b `c`" in terminal.shown
