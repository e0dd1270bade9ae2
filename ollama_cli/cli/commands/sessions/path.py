"""`ollama-cli sessions path`."""

import typer

from ollama_cli.features.context import Context
from ollama_cli.ui import export


def command(ctx: typer.Context) -> None:
    """Print the file that conversations are kept in, whether it exists or not.

    Examples:
      ollama-cli sessions path
      sqlite3 "$(ollama-cli sessions path)" .schema
    """
    context: Context = ctx.obj
    path = str(context.sessions.database.path)
    if not export.show_record(context.out, context.output, "sessions-path", {"path": path}):
        context.out.line(path)
