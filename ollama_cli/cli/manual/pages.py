"""Pages for `man`: one for the program, one for each branch and each command."""

from collections.abc import Iterator
from typing import Final

from ollama_cli import __version__
from ollama_cli.__version__ import RELEASED
from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.formats import FORMATS
from ollama_cli.cli.manual import roff
from ollama_cli.cli.manual.outline import Outline, outlines
from ollama_cli.cli.options import PROGRAM
from ollama_cli.config.settings import SETTINGS
from ollama_cli.config.sources import VARIABLES

_VOLUME: Final = "User Commands"


def pages() -> dict[str, str]:
    """Return every page by the name of its file: `ollama-cli-models-list.1`."""
    return {f"{_name(each)}.1": page(each) for each in outlines()}


def page(outline: Outline) -> str:
    """Return one page, in roff."""
    return "".join(f"{line}\n" for line in _lines(outline))


def _lines(outline: Outline) -> Iterator[str]:
    summary = outline.help.rstrip(".")
    yield roff.title(_name(outline), RELEASED, f"{PROGRAM} {__version__}", _VOLUME)
    yield roff.section("NAME")
    yield from roff.summary(_name(outline), summary[:1].lower() + summary[1:])
    yield roff.section("SYNOPSIS")
    yield from (roff.bold(outline.name), *map(roff.escaped, outline.usage))
    yield roff.section("DESCRIPTION")
    yield from roff.paragraphs(outline.paragraphs)
    for heading, rows in (
        ("COMMANDS", outline.commands),
        ("ARGUMENTS", outline.arguments),
        ("OPTIONS", outline.options),
    ):
        if rows:
            yield roff.section(heading)
            yield from roff.names(rows) if heading == "COMMANDS" else roff.terms(rows)
    if outline.words:
        yield ".PP" if outline.options else roff.section("OPTIONS")
        yield f"The global options are those of {roff.bold(PROGRAM)}(1)."
    else:
        yield from _tables()
    if outline.examples:
        yield roff.section("EXAMPLES")
        yield from roff.examples(outline.examples)
    yield roff.section("SEE ALSO")
    yield ",\n".join(f"{roff.bold(name)}(1)" for name in _related(outline))


def _tables() -> Iterator[str]:
    yield roff.section("OUTPUT")
    yield from roff.names((name, f"{what} ({where})") for name, what, where in FORMATS)
    yield roff.section("EXIT STATUS")
    yield from roff.names((row.code, f"{row.name}: {row.when}") for row in EXIT_CODES)
    yield roff.section("ENVIRONMENT")
    variables = [(name, each.help) for each in SETTINGS.values() for name in each.variables]
    yield from roff.names([*variables, *VARIABLES.items()])


def _name(outline: Outline) -> str:
    return "-".join((PROGRAM, *outline.words))


def _related(outline: Outline) -> list[str]:
    """Name the pages below this one; else the one above it, and that of the program."""
    if outline.commands:
        return ["-".join((_name(outline), name)) for name, _ in outline.commands]
    above = [outline.words[:count] for count in range(len(outline.words))]
    return ["-".join((PROGRAM, *words)) for words in above]
