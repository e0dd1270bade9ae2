"""A ladder on paper: marks that need no colour, text that wraps, commands that stay whole."""

import io

from ollama_cli.types.checks import Check, Note
from ollama_cli.ui import cells, diagnosis
from ollama_cli.ui.streams import OutStream

COMMAND = "ollama-cli --host http://a-long-name.example.com:11434 doctor"
FAILED = Check(
    "tcp", "failed", "connection refused at 127.0.0.1, port 11434: no server is running",
    seconds=0.0123, hint=f"start it, or look elsewhere, where you think it is: `{COMMAND}`",
    notes=(Note("odd"),), code="unreachable", exit_code=3,
)  # fmt: skip


def shown(rung: Check, **stream: object) -> list[str]:
    file = io.StringIO()
    diagnosis.show_check(OutStream(file, **stream), rung)  # type: ignore[arg-type]  # its options
    return file.getvalue().splitlines()


def test_off_a_terminal_a_line_is_a_line() -> None:
    assert shown(FAILED) == [
        f"✗ tcp             12 ms  {FAILED.message}",
        "    note: odd",
        f"    hint: {FAILED.hint}",
    ]


def test_marks_without_unicode() -> None:
    marks = [
        shown(Check("dns", status), unicode=False)[0][0]
        for status in ("ok", "note", "failed", "skipped")
    ]
    assert marks == ["+", "!", "x", "-"]


def test_on_sixty_columns_only_a_command_is_longer_than_the_line() -> None:
    lines = shown(FAILED, is_terminal=True, fixed_width=60)
    assert [line for line in lines if len(line) > 60] == [f"        `{COMMAND}`"]
    assert " ".join(" ".join(lines[:3]).split()) == f"✗ tcp 12 ms {FAILED.message}"


def test_on_forty_columns_what_was_found_stands_below() -> None:
    lines = shown(FAILED, is_terminal=True, fixed_width=40)
    assert lines[0] == "✗ tcp             12 ms"
    assert " ".join(" ".join(lines[1:4]).split()).startswith(FAILED.message)
    assert [line for line in lines if len(line) > 40] == [f"        `{COMMAND}`"]


def test_wide_characters_take_two_cells() -> None:
    check = Check("models", "note", "潮汐 " * 20)
    for width in (40, 60, 80):
        lines = shown(check, is_terminal=True, fixed_width=width)
        assert max(map(cells.width, lines)) <= width
        assert "".join(lines).count("潮汐") == 20


def test_colour_is_beside_the_mark() -> None:
    assert shown(FAILED, colour=True)[0].startswith("\x1b[31m✗\x1b[0m tcp")


def test_what_a_server_says_drives_no_terminal() -> None:
    assert "\x1b" not in shown(Check("version", "note", "\x1b]0;title\x07"), is_terminal=True)[0]


def test_a_report_keeps_its_table() -> None:
    file = io.StringIO()
    rung = Check("api", "failed", "a | b\nc", hint="`x`", exit_code=5)
    diagnosis.show_report(OutStream(file), [rung], {"Python": "3.13", "libraries": {"a": "1"}})
    assert file.getvalue().splitlines()[2:] == [
        "- Python: 3.13",
        "- libraries: a 1",
        "",
        "| rung | result | time | what |",
        "|---|---|---|---|",
        "| api | failed | | a \\| b c |",
    ]
