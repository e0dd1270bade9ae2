"""The one door out: streams that close, fill up or never were; bugs that stay bugs."""

import json
import sys

import pytest
from hostile import Server, document, lines
from shell import bash, call, python, run

from ollama_cli.cli.main import Door, main
from ollama_cli.errors import InterruptError, OllamaCliError

DONE = {"model": "m", "response": "one\ntwo\n", "done": True}
MANY = [{"model": "m", "response": "line\n", "done": False}] * 20_000
ROWS = {"models": [{"name": f"model-{number}:latest"} for number in range(5000)]}


@pytest.mark.parametrize(
    "command",
    [
        "ollama-cli generate hi -m m",
        "ollama-cli generate hi -m m -o jsonl",
        "ollama-cli generate hi -m m -o raw",
    ],
)
def test_a_reader_that_leaves_ends_it_silently(command: str) -> None:
    with Server(lines(*MANY, DONE)) as server:
        result = bash(f"{command} --host {server.url} | head -1; echo ${{PIPESTATUS[0]}}")
    assert result.err == ""
    assert len(result.out.splitlines()) == 2
    assert result.out.splitlines()[1] == "141"


def test_a_reader_that_leaves_a_list() -> None:
    with Server(document(ROWS)) as server:
        script = f"set -o pipefail; ollama-cli ls -o name --host {server.url} | head -1"
        result = bash(script)
    assert (result.code, result.out, result.err) == (141, "model-0:latest\n", "")


def test_help_for_a_reader_that_has_gone() -> None:
    result = bash("(sleep 0.1; ollama-cli --help; echo $? >&2) | true")
    assert result.err == "141\n"
    result = bash("(sleep 0.1; ollama-cli --version; echo $? >&2) | true")
    assert result.err == "141\n"


@pytest.mark.parametrize(
    "command",
    [
        "--version",
        "--help",
        "chat --help",
        "help formats",
        "config path",
        "ls --host URL",
        "generate hi -m m --host URL",
        "generate hi -m m -o raw --host URL",
        "generate hi -m m -o json --host URL",
    ],
)
def test_a_full_disk_is_one_sentence_and_what_to_do(command: str) -> None:
    with Server(lines({**DONE, "models": []})) as server:
        result = bash(f"ollama-cli {command.replace('URL', server.url)} > /dev/full")
    assert result.code == 1
    sentences = [line for line in result.err.splitlines() if not line.startswith("{")]
    if "json" in command:
        assert json.loads(result.err)["error"]["exit"] == 1
    else:
        assert sentences == [
            "error: cannot write the output: No space left on device",
            "hint: make room on the disk that it is on",
        ]


@pytest.mark.parametrize(
    "command", ["--version", "--help", "help formats", "generate hi -m m --host URL"]
)
def test_a_closed_stdout_is_no_error(command: str) -> None:
    with Server(lines(DONE)) as server:
        result = bash(f"ollama-cli {command.replace('URL', server.url)} >&-")
    assert (result.code, result.err) == (0, "")


def test_a_closed_stderr_changes_nothing() -> None:
    with Server(lines({**DONE, "thinking": "hm"})) as server:
        result = bash(f"ollama-cli generate hi -m m --stats --host {server.url} 2>&-")
    assert (result.code, result.out) == (0, "one\ntwo\n")
    assert bash("ollama-cli chta 2>&-").code == 2
    assert bash("ollama-cli chta 2>/dev/full").code == 2
    assert bash("ollama-cli health -q --host 127.0.0.1:9 2>&- >&- <&-").code == 3


def test_a_full_stderr_is_no_second_error() -> None:
    with Server(lines({**DONE, "done_reason": "length"})) as server:
        result = bash(f"ollama-cli generate hi -m m --host {server.url} 2>/dev/full")
    assert result.out == "one\ntwo\n"
    assert result.code in {0, 1}


def test_the_answer_is_byte_identical_and_ends_in_one_newline() -> None:
    for text, expected in (
        ("a", b"a\n"),
        ("a\n", b"a\n"),
        ("a\n\n", b"a\n\n"),
        ("", b""),
        ("\x1b[31m\ttab\r\n\x07", b"\x1b[31m\ttab\r\n\x07\n"),
        ("\x1b[1m\N{SNOWMAN}\u2028", "\x1b[1m\N{SNOWMAN}\u2028\n".encode()),
    ):
        with Server(lines({**DONE, "response": text})) as server:
            args = ("generate", "hi", "-m", "m", "--host", server.url)
            result = call(*args) if text.isascii() else run(*args, env={"LC_ALL": "C"})
        warning = "" if text else "warning: the model said nothing\n"
        assert (result.code, result.raw, result.err) == (0, expected, warning)


def test_bugs_keep_their_traceback() -> None:
    code = (
        "import sys; from ollama_cli.cli.commands import health\n"
        "from ollama_cli.cli import main as door\n"
        "def broken(*_): raise ZeroDivisionError('a bug')\n"
        "health._examine = broken\n"
        "sys.exit(door.main(['health', '--host', '127.0.0.1:9']))"
    )
    result = python(code)
    assert result.code == 1
    assert result.err.startswith("Traceback (most recent call last)")
    assert "ZeroDivisionError: a bug" in result.err


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (KeyboardInterrupt(), 130),
        (InterruptError(15), 143),
        (BrokenPipeError(), 141),
        (OllamaCliError("no\x1b luck\nat all"), 1),
    ],
)
def test_what_is_raised_becomes_a_code(
    raised: BaseException,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run_broken(*_: object) -> None:
        raise raised

    monkeypatch.setattr("ollama_cli.cli.parser.run", run_broken)
    monkeypatch.setattr("ollama_cli.cli.main.redirect_to_null", lambda _: None)
    assert Door(["health"]).run() == code
    told = capsys.readouterr().err
    assert told == ("error: no\\x1b luck at all\n" if code == 1 else "")


def test_main_runs_one_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["help", "formats"]) == 0


def test_server_texts_cannot_drive_the_terminal() -> None:
    with Server(document({"error": "a\x1b[2Jb\nerror: forged"}, 500)) as server:
        result = call("models", "list", "--host", server.url)
    assert (result.code, result.err) == (5, "error: a\\x1b[2Jb error: forged\n")


def test_the_chain_of_an_error_cannot_drive_the_terminal() -> None:
    with Server(document({"error": "red \x1b[31m\u202e"}, 500)) as server:
        result = call("models", "list", "--host", server.url, "--debug")
    assert "Traceback" in result.err
    assert not {"\x1b", "\u202e"} & set(result.err)


@pytest.mark.parametrize(
    "words",
    [
        ("chat", "please answer with -o json here", "--nosuch"),
        ("chat", "-m", "-o", "json", "--nosuch"),
        ("chat", "--system", "--json", "--nosuch"),
        ("chat", "--nosuch", "--", "-o", "json"),
        ("chat", "--nosuch", "--", "--json"),
    ],
)
def test_a_format_is_an_option_and_no_words_of_a_prompt(words: tuple[str, ...]) -> None:
    result = call(*words)
    assert result.code == 2
    assert result.err.startswith("error: ")


@pytest.mark.parametrize(
    "words",
    [
        ("chat", "--nosuch", "-o", "json"),
        ("chat", "-o", "json", "--nosuch"),
        ("chat", "--output=json", "hi", "--nosuch"),
        ("chat", "-ojson", "--nosuch"),
        ("chat", "hi", "--nosuch", "--json"),
        ("models", "list", "--nosuch", "-o", "jsonl"),
        ("modles", "list", "-o", "json"),
        ("nosuch", "--json"),
        ("models", "lst", "-o", "json"),
        ("models", "-o", "json", "list"),
        ("-o", "json", "health"),
        ("env", "-o", "json"),
        ("env", "-o", "json", "--", "true"),
        ("chat", "-qo", "json", "--nosuch"),
    ],
)
def test_a_line_that_cannot_be_parsed_is_answered_in_its_format(words: tuple[str, ...]) -> None:
    result = call(*words)
    assert (result.code, result.out) == (2, "")
    assert json.loads(result.err)["error"]["code"] == "usage"


def test_a_traceback_is_shown_for_the_option_alone() -> None:
    for words in (("-m", "x", "--", "--debug"), ("-m", "--debug", "hi"), ("say --debug",)):
        result = call("chat", *words, "--host", "127.0.0.1:9")
        assert result.code != 0
        assert "Traceback" not in result.err
    assert "Traceback" in call("--debug", "chat", "--nosuch").err
    assert "Traceback" not in call("chat", "--nosuch", "--", "--debug").err
    assert "Traceback" not in call("chat", "--nosuch").err
