"""`ollama-cli cache clear`."""

from contextlib import closing
from typing import Annotated

import typer

from ollama_cli.features.cache.store import open_cache
from ollama_cli.features.context import Context
from ollama_cli.types.measures import read_age
from ollama_cli.types.units import counted, format_bytes
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Only those that are older: 30d, 12h.")
    ] = None,
) -> None:
    """Remove the answers that are kept, without asking: they can be had again.

    No byte of them is left in the file.

    Examples:
      ollama-cli cache clear
      ollama-cli cache clear --older-than 30d
    """
    context: Context = ctx.obj
    age = None if older_than is None else read_age(older_than)
    with closing(open_cache()) as cache:
        found = cache.clear(age)
    if not found.whole:
        context.prompter.warn(
            "another process is reading the cache: what was removed may still be in its file"
        )
    record = {"removed": found.removed, "bytes": found.bytes}
    if not export.show_record(context.out, context.output, "cache-clear", record):
        size = format_bytes(found.bytes)
        context.out.line(f"removed {counted(found.removed, 'answer')} ({size})")
