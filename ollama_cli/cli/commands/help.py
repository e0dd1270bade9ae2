"""`ollama-cli help`."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final

import typer

from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.formats import FORMATS, PROMISE
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE
from ollama_cli.config.settings import SETTINGS
from ollama_cli.config.sources import VARIABLES
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.ui import published
from ollama_cli.ui.tables import show_wrapped

Topic = Callable[[Context, Sequence[str]], None]


def _exit_codes(context: Context, _: Sequence[str]) -> None:
    rows = [(row.code, row.name, row.when) for row in EXIT_CODES]
    show_wrapped(context.out, ("CODE", "NAME", "WHEN"), rows)


def _environment(context: Context, _: Sequence[str]) -> None:
    show_wrapped(context.out, ("VARIABLE", "MEANING"), environment())


def _formats(context: Context, _: Sequence[str]) -> None:
    rows = [(name, f"{what} ({where})") for name, what, where in FORMATS]
    show_wrapped(context.out, ("-o", "WHAT"), rows)
    for text in PROMISE:
        context.out.line()
        context.out.line(text)


def _schema(context: Context, names: Sequence[str]) -> None:
    if not names:
        rows = [(name, published.about(name)) for name in published.names()]
        show_wrapped(context.out, ("NAME", "WHAT"), rows)
        return
    name = "-".join(names)
    if name not in published.names():
        from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

        near = " or ".join(mistakes.nearest(name, published.names()))
        hint = f"did you mean {near}?" if near else f"all of them: `{PROGRAM} help schema`"
        raise UsageError(f"no schema is named {name!r}", hint=hint)
    context.out.write(published.text(name))


TOPICS: Final[Mapping[str, Topic]] = MappingProxyType(
    {
        "exit-codes": _exit_codes,
        "environment": _environment,
        "formats": _formats,
        "schema": _schema,
    }
)
_WITH_NAMES: Final = frozenset({"schema"})


def command(
    ctx: typer.Context,
    topic: Annotated[
        str | None, typer.Argument(metavar="|".join(TOPICS), help="The topic.")
    ] = None,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SCHEMA]...", help="Of schema: which one.")
    ] = None,
) -> None:
    """Explain exit codes, the variables that are read, the output formats and their schemas.

    Examples:
      ollama-cli help exit-codes
      ollama-cli help formats
      ollama-cli help schema models-list
    """
    context: Context = ctx.obj
    if topic is None:
        context.out.line(f"topics: {PROGRAM} help {'|'.join(TOPICS)}")
        context.out.line(f"commands: {PROGRAM} --help, {PROGRAM} COMMAND --help")
        return
    if names and topic not in _WITH_NAMES:
        from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

        raise mistakes.extra_words(ctx.command_path, names, [topic, *names], {"topic": topic})
    if topic not in TOPICS:
        raise UsageError(f"no help topic is named {topic!r}", hint=_hint(topic))
    TOPICS[topic](context, names or ())


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
