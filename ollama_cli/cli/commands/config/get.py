"""`ollama-cli config get`."""

from typing import Annotated

import typer

from ollama_cli.config.resolve import check_name, write
from ollama_cli.features.context import Context
from ollama_cli.types.secrets import redact


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The setting.", metavar="SETTING")],
) -> None:
    """Print the value of one setting, from wherever it comes; nothing where it has none.

    Examples:
      ollama-cli config get host
    """
    context: Context = ctx.obj
    check_name(name)
    value = getattr(context.settings, name)
    if value is not None:
        context.out.line(redact(write(value)))
