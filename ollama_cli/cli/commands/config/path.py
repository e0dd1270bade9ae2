"""`ollama-cli config path`."""

import typer

from ollama_cli.config import file
from ollama_cli.features.context import Context


def command(ctx: typer.Context) -> None:
    """Print where the config file is, whether it exists or not.

    Examples:
      ollama-cli config path
      cp "$(ollama-cli config path)" config.bak
    """
    context: Context = ctx.obj
    context.out.line(str(file.writable_path(context.environ)))
