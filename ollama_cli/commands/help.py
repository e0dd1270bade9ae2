"""`ollama-cli help`."""

from typing import Annotated, Final, Literal

import typer

from ollama_cli.commands.options import PROGRAM
from ollama_cli.errors import EXIT_CODES
from ollama_cli.output.tables import show_table
from ollama_cli.runtime import Runtime
from ollama_cli.settings import SETTINGS
from ollama_cli.sources import VARIABLES

FORMATS: Final = (
    ("text", "for people; to a pipe plain, without colour", "all"),
    ("json", "one document, with a `schema`; valid when empty", "all"),
    ("jsonl", "an object per line, flushed; events have an `event`", "streams and lists"),
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
            show_table(cli.out, ("CODE", "NAME", "WHEN"), rows)
        case "environment":
            show_table(cli.out, ("VARIABLE", "MEANING"), environment())
        case "formats":
            show_table(cli.out, ("-o", "WHAT", "WHERE"), FORMATS)
        case _:
            cli.out.line(f"topics: {PROGRAM} help exit-codes|environment|formats")
            cli.out.line(f"commands: {PROGRAM} --help, {PROGRAM} COMMAND --help")


def environment() -> list[tuple[str, str]]:
    """List every variable that is read, and what it means."""
    rows = [(v, setting.help) for setting in SETTINGS.values() for v in setting.variables]
    return rows + list(VARIABLES.items())
