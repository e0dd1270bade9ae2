"""`ollama-cli help`."""

import sys
import textwrap
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import typer

from ollama_cli.commands.options import PROGRAM
from ollama_cli.errors import EXIT_CODES
from ollama_cli.output.tables import show_table
from ollama_cli.runtime import Runtime
from ollama_cli.settings import SETTINGS
from ollama_cli.sources import VARIABLES
from ollama_cli.streams import OutStream

_GAP: Final = 2  # what a table puts between its columns
_NARROWEST: Final = 20
FORMATS: Final = (
    ("text", "for people; to a pipe plain, without colour", "all"),
    ("json", "one document, with a `schema`; valid when empty", "wherever there is a result"),
    ("jsonl", "an object per line, flushed; events have an `event`", "streams, lists, embed"),
    ("csv", "RFC 4180 with a header", "list, ps, embed"),
    ("name", "one bare name per line, for xargs", "list, ps"),
    ("raw", "the server's own bytes, unchanged", "list, ps, show, chat, generate, embed"),
)


def command(
    ctx: typer.Context,
    topic: Annotated[
        Literal["exit-codes", "environment", "formats"] | None,
        typer.Argument(help="What to explain."),
    ] = None,
) -> None:
    """Explain exit codes, the variables that are read, and the output formats.

    Examples:
      ollama-cli help exit-codes
      ollama-cli help environment
      ollama-cli help formats
    """
    cli: Runtime = ctx.obj
    match topic:
        case "exit-codes":
            rows = [(row.code, row.name, row.when) for row in EXIT_CODES]
            _show(cli.out, ("CODE", "NAME", "WHEN"), rows)
        case "environment":
            _show(cli.out, ("VARIABLE", "MEANING"), environment())
        case "formats":
            told = [(name, f"{what} ({where})") for name, what, where in FORMATS]
            _show(cli.out, ("-o", "WHAT"), told)
        case _:
            cli.out.line(f"topics: {PROGRAM} help exit-codes|environment|formats")
            cli.out.line(f"commands: {PROGRAM} --help, {PROGRAM} COMMAND --help")


def _show(out: OutStream, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table whose last column is wrapped on a terminal: help that is cut is none."""
    named = [max(map(len, column)) + _GAP for column in zip(header, *rows, strict=True)][:-1]
    room = max(_NARROWEST, out.width - sum(named)) if out.is_terminal else sys.maxsize
    wrapped: list[Sequence[str]] = []
    for *names, text in rows:
        first, *more = textwrap.wrap(text, room)
        wrapped += [(*names, first), *((*[""] * len(names), line) for line in more)]
    show_table(out, header, wrapped)


def environment() -> list[tuple[str, str]]:
    """List every variable that is read, and what it means."""
    rows = [(v, setting.help) for setting in SETTINGS.values() for v in setting.variables]
    return rows + list(VARIABLES.items())
