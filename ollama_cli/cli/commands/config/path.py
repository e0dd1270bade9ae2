"""`ollama-cli config path`."""

import typer

from ollama_cli.config import sources
from ollama_cli.features.context import Runtime


def command(ctx: typer.Context) -> None:
    """Print where the config file is, whether it exists or not.

    Examples:
      ollama-cli config path
      $EDITOR "$(ollama-cli config path)"
    """
    cli: Runtime = ctx.obj
    cli.out.line(str(sources.config_path(cli.environ)))
