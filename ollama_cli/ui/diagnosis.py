"""Show a diagnosis: a list of checks for people, a block of Markdown for a bug report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ollama_cli.types.checks import Check, Note
from ollama_cli.types.text import sentence
from ollama_cli.types.units import format_duration
from ollama_cli.ui import export
from ollama_cli.ui.cells import break_lines, width
from ollama_cli.ui.streams import OutStream

_MARKS: Final = {"ok": "✓", "note": "!", "failed": "✗", "skipped": "-"}
_PLAIN_MARKS: Final = {"ok": "+", "note": "!", "failed": "x", "skipped": "-"}
_COLOURS: Final = {"ok": "32", "note": "33", "failed": "31", "skipped": "2"}
_NAME_WIDTH: Final = 13
_TIME_WIDTH: Final = 6
_INDENT: Final = " " * 4
_NARROWEST: Final = 30


def show_check(out: OutStream, check: Check) -> None:
    """Write one check: mark, name, time and what was found; then its notes and hints."""
    mark = (_MARKS if out.unicode else _PLAIN_MARKS)[check.status]
    if out.colour:
        mark = f"\x1b[{_COLOURS[check.status]}m{mark}\x1b[0m"
    time = "" if check.seconds is None else format_duration(check.seconds)
    head = f"{check.name:<{_NAME_WIDTH}}  {time:>{_TIME_WIDTH}}  "
    message = sentence(check.message or check.status)
    indent = len(head) + 2
    room = out.width - indent
    if out.is_terminal and room < min(_NARROWEST, width(message)):  # it stands below its mark
        indent = len(_INDENT)
        lines = ["", *_wrapped(out, message, indent)]
    else:
        lines = _wrapped(out, message, indent) or [""]
    out.line(f"{mark} {head}{lines[0]}".rstrip())
    for line in lines[1:]:
        out.line(" " * indent + line)
    for note in check.notes:
        _show_advice(out, "note", note.message)
        _show_advice(out, "hint", note.hint)
    _show_advice(out, "hint", check.hint)


def document(checks: Sequence[Check], about: Mapping[str, object]) -> dict[str, Any]:
    """Build the document of a diagnosis: the verdict, the facts found, every check."""
    facts = {check.name: check.value for check in checks}
    code = next((check.exit_code for check in checks if check.status == "failed"), 0)
    return {
        "ok": code == 0,
        "exit": code,
        "base_url": facts.get("address"),
        "kind": facts.get("api"),
        "version": facts.get("version"),
        "model": facts.get("default model"),
        "rungs": [_check(check) for check in checks],
        "about": dict(about),
    }


def show_document(out: OutStream, checks: Sequence[Check], about: Mapping[str, object]) -> None:
    """Write the diagnosis as one JSON document."""
    export.show_document(out, "doctor", document(checks, about))


def show_report(out: OutStream, checks: Sequence[Check], about: Mapping[str, object]) -> None:
    """Write a block of Markdown for a bug report, without secrets and without the user's name."""
    for line in _report(checks, about):
        out.line(_without_home(line))


def _report(checks: Sequence[Check], about: Mapping[str, object]) -> Iterator[str]:
    yield "### ollama-cli doctor"
    yield ""
    for name, value in about.items():
        text = value
        if isinstance(value, Mapping):
            text = ", ".join(f"{each} {number}" for each, number in value.items())
        yield f"- {name}: {text}"
    yield ""
    yield "| rung | result | time | what |"
    yield "|---|---|---|---|"
    for check in checks:
        time = "" if check.seconds is None else format_duration(check.seconds)
        notes = "".join(f"; note: {note.message}" for note in check.notes)
        yield f"| {check.name} | {check.status} | {time} | {_cell(check.message + notes)} |"


def _check(check: Check) -> dict[str, Any]:
    fields = asdict(check)
    exit_code = fields.pop("exit_code")
    return {
        **fields,
        "message": sentence(check.message),
        "hint": sentence(check.hint) or None,
        "command": sentence(check.command or "") or None,
        "exit": exit_code,
        "notes": [_note(note) for note in check.notes],
    }


def _note(note: Note) -> dict[str, str | None]:
    return {
        "message": sentence(note.message),
        "hint": sentence(note.hint) or None,
        "command": sentence(note.command or "") or None,
    }


def _show_advice(out: OutStream, label: str, text: str) -> None:
    if not text:
        return
    first, *more = _wrapped(out, f"{label}: {sentence(text)}", len(_INDENT))
    out.line(_INDENT + first)
    for line in more:
        out.line(_INDENT * 2 + line)


def _wrapped(out: OutStream, text: str, indent: int) -> list[str]:
    """Break a text into lines for a terminal; a command stays whole, so that it can be copied."""
    if not out.is_terminal:
        return [text]
    room = out.width - indent - len(_INDENT)
    return break_lines(text, room, whole_commands=True)


def _cell(text: str) -> str:
    return sentence(text).replace("|", "\\|")


def _without_home(line: str) -> str:
    home = str(_home())
    return sentence(line).replace(home, "~") if len(home) > 1 else sentence(line)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # without a home folder there is no name to hide
        return Path("/")
