"""`ollama-cli help`."""

from typing import Annotated, Final

import typer

from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE
from ollama_cli.config.settings import SETTINGS
from ollama_cli.config.sources import VARIABLES
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.ui.tables import show_wrapped

TOPICS: Final = ("exit-codes", "environment", "formats")
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
        str | None,
        typer.Argument(metavar="exit-codes|environment|formats", help="The topic."),
    ] = None,
) -> None:
    """Explain exit codes, the variables that are read, and the output formats.

    Examples:
      ollama-cli help exit-codes
      ollama-cli help environment
      ollama-cli help formats
    """
    context: Context = ctx.obj
    match topic:
        case "exit-codes":
            rows = [(row.code, row.name, row.when) for row in EXIT_CODES]
            show_wrapped(context.out, ("CODE", "NAME", "WHEN"), rows)
        case "environment":
            show_wrapped(context.out, ("VARIABLE", "MEANING"), environment())
        case "formats":
            formats = [(name, f"{what} ({where})") for name, what, where in FORMATS]
            show_wrapped(context.out, ("-o", "WHAT"), formats)
        case None:
            context.out.line(f"topics: {PROGRAM} help exit-codes|environment|formats")
            context.out.line(f"commands: {PROGRAM} --help, {PROGRAM} COMMAND --help")
        case _:
            raise UsageError(f"no help topic is named {topic!r}", hint=_hint(topic))


def _hint(topic: str) -> str:
    from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

    if topic in TABLE:
        return f"try `{PROGRAM} {topic} --help`"
    lines = {each: f"help {each}" for each in TOPICS} | {each: f"{each} --help" for each in TABLE}
    near = mistakes.nearest(topic, lines)
    meant = " or ".join(f"`{PROGRAM} {lines[each]}`" for each in near)
    return f"did you mean {meant}?" if meant else f"topics: {', '.join(TOPICS)}"


def environment() -> list[tuple[str, str]]:
    """List every variable that is read, and what it means."""
    rows = [(v, setting.help) for setting in SETTINGS.values() for v in setting.variables]
    return rows + list(VARIABLES.items())
