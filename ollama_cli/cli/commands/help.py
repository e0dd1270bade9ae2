"""`ollama-cli help`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from ollama_cli.cli import schema_words
from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.formats import FORMATS, PROMISE
from ollama_cli.cli.manual import screens
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import TABLE, TOPICS
from ollama_cli.config.settings import SETTINGS
from ollama_cli.config.sources import VARIABLES
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.system.files import write_text
from ollama_cli.ui import published
from ollama_cli.ui.tables import show_paragraph, show_wrapped

Topic = Callable[[Context, Sequence[str]], None]


def _exit_codes(context: Context, _: Sequence[str]) -> None:
    rows = [(row.code, row.name, row.when) for row in EXIT_CODES]
    show_wrapped(context.out, ("CODE", "NAME", "WHEN"), rows)


def _environment(context: Context, _: Sequence[str]) -> None:
    show_wrapped(context.out, ("VARIABLE", "MEANING"), environment())


def _options(context: Context, _: Sequence[str]) -> None:
    screens.show_globals(context.out, screens.width_of(context.out, context.environ))


def _formats(context: Context, _: Sequence[str]) -> None:
    rows = [(name, f"{what} ({where})") for name, what, where in FORMATS]
    show_wrapped(context.out, ("-o", "WHAT"), rows)
    for text in PROMISE:
        context.out.line()
        show_paragraph(context.out, text)


def _schema(context: Context, names: Sequence[str]) -> None:
    if not names:
        rows = [(name, published.about(name)) for name in published.names()]
        show_wrapped(context.out, ("NAME", "WHAT"), rows)
        return
    name = "-".join(names).removeprefix(f"{PROGRAM}/").removesuffix("/1")  # as a document has it
    if name not in published.names():
        from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

        near = " or ".join(mistakes.nearest(name, published.names()))
        hint = f"did you mean {near}?" if near else f"all of them: `{PROGRAM} help schema`"
        raise UsageError(f"no schema is named {name!r}", hint=hint)
    context.out.write(published.text(name))


def _schema_words(context: Context, _: Sequence[str]) -> None:
    show_wrapped(context.out, ("WORDS", "MEANING"), schema_words.WORDS)
    for text in schema_words.NOTES:
        context.out.line()
        show_paragraph(context.out, text)


def _agent(context: Context, _: Sequence[str]) -> None:
    from ollama_cli.cli.manual import agent  # noqa: PLC0415  it loads every command: 100 ms

    context.out.write(agent.text())


def _man(context: Context, names: Sequence[str]) -> None:
    from ollama_cli.cli.manual import pages  # noqa: PLC0415  it loads every command: 100 ms

    name = "-".join((PROGRAM, *names))
    found = pages.pages()
    if f"{name}.1" not in found:
        raise UsageError(f"no page is named {name!r}", hint=f"see `{PROGRAM} --help`")
    context.out.write(found[f"{name}.1"])


def _write_pages(context: Context, folder: str) -> None:
    from ollama_cli.cli.manual import pages  # noqa: PLC0415  it loads every command: 100 ms

    found = pages.pages()
    for name, text in found.items():
        write_text(Path(folder) / name, text, mode=_READABLE)
    context.prompter.report(f"wrote {len(found)} pages to {folder}")


_WRITERS: Final[tuple[Topic, ...]] = (
    *(_exit_codes, _environment, _options, _formats, _schema, _schema_words, _man, _agent),
)
_WRITER_OF: Final = MappingProxyType(dict(zip(TOPICS, _WRITERS, strict=True)))
_WITH_NAMES: Final = frozenset({"schema", "man"})
_READABLE: Final = 0o644  # by all, as other pages are


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TOPIC|COMMAND...",
            help=f"{', '.join(TOPICS)}; or a command. Without: all commands.",
        ),
    ] = None,
    dir_: Annotated[
        str | None,
        typer.Option("--dir", metavar="PATH", help="Of man: write all pages into it."),
    ] = None,
) -> None:
    """Explain a command, exit codes, variables, global options, formats and their schemas.

    `help COMMAND` is `COMMAND --help`. `schema NAME` prints one schema, `man COMMAND` a page for
    man, without COMMAND that of the program; `agent` prints one page for programs that call this
    one.

    Examples:
      ollama-cli help models pull
      ollama-cli help exit-codes
      ollama-cli help schema models-list
      ollama-cli help man models pull | man -l -
      ollama-cli help agent
    """
    context: Context = ctx.obj
    topic, *names = words or [""]
    if dir_ is not None and (topic != "man" or names):
        raise UsageError("--dir is for `help man`, which writes all pages there")
    if dir_ is not None:
        _write_pages(context, dir_)
    elif topic in _WRITER_OF:
        _check(names if topic not in _WITH_NAMES else ())
        _WRITER_OF[topic](context, names)
    elif topic and topic not in TABLE and not names:
        from ollama_cli.cli import mistakes  # noqa: PLC0415  errors alone: 3 ms

        raise mistakes.unknown_topic(topic)
    else:
        width = screens.width_of(context.out, context.environ)
        screens.show_page(context.out, words or (), width, topics=TOPICS)


def _check(extra: Sequence[str]) -> None:
    if extra:
        message = f"got unexpected extra argument{'s' * (len(extra) > 1)} ({' '.join(extra)})"
        raise UsageError(message, hint=f"see `{PROGRAM} help --help`")


def environment() -> list[tuple[str, str]]:
    """List every variable that is read, and what it means."""
    rows = [(v, setting.help) for setting in SETTINGS.values() for v in setting.variables]
    return rows + list(VARIABLES.items())
