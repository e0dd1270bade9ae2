"""Sentences beside a result: errors, hints, warnings, notes; on a terminal no word is broken."""

from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.types.secrets import hide
from ollama_cli.types.text import one_line, sentence
from ollama_cli.ui.cells import break_lines, width
from ollama_cli.ui.streams import OutStream

_ERROR: Final = "error:"
_RED: Final = "\x1b[31m{}\x1b[0m"


def show_sentence(out: OutStream, text: str) -> None:
    """Write a sentence as one line, on a terminal as lines that are broken between words."""
    text = hide(text)  # before it is broken: half a key would be found by nobody
    is_long = out.is_terminal and width(text) > out.width
    out.line("\n".join(break_lines(text, out.width)) if is_long else text)


def show_error(
    err: OutStream, error: OllamaCliError, about: str = "", *, with_hint: bool = True
) -> None:
    """Write an error and its hint; `about` names the item if there are several."""
    item = f"{one_line(about)}: " if about else ""
    text = f"{_ERROR} {item}{sentence(error.message)}"
    lines = "\n".join(break_lines(text, err.width)) if err.is_terminal else text
    err.line(_RED.format(_ERROR) + lines.removeprefix(_ERROR) if err.colour else lines)
    if error.hint and with_hint:
        show_sentence(err, f"hint: {sentence(error.hint)}")
