"""`ollama-cli cache info`."""

from contextlib import closing
from dataclasses import asdict

import typer

from ollama_cli.features.cache.store import open_cache
from ollama_cli.features.context import Context
from ollama_cli.types.units import format_bytes
from ollama_cli.ui import export, tables


def command(ctx: typer.Context) -> None:
    """Tell how many answers are kept, what they take, and where.

    Answers are kept by --cache, or where the setting cache says so.

    Examples:
      ollama-cli cache info
      ollama-cli cache info --json
    """
    context: Context = ctx.obj
    with closing(open_cache()) as cache:
        found = cache.info()
    if export.show_record(context.out, context.output, "cache-info", asdict(found)):
        return
    rows = [
        ("answers", f"{found.answers:,}"),
        ("size", f"{format_bytes(found.bytes)} of {format_bytes(found.limit)}"),
        ("oldest", found.oldest or "-"),
        ("newest", found.newest or "-"),
        ("file", found.path),
    ]
    tables.show_terms(context.out, rows)
