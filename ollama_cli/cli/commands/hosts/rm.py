"""`ollama-cli hosts rm`."""

from typing import Annotated

import typer

from ollama_cli.config import edit, file
from ollama_cli.features.context import Context


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The name.", metavar="HOST")],
) -> None:
    """Remove a name, its address and its key from the config file; all else stays.

    Examples:
      ollama-cli hosts rm work
    """
    context: Context = ctx.obj
    path = file.writable_path(context.environ)
    edit.remove_host(path, name)
    if file.section(file.read_config(path), path).get("host") == name:
        context.prompter.warn(
            f"{name!r} is still the host in {path}: `ollama-cli config unset host`"
        )
    context.prompter.report(f"removed [hosts.{name}] from {path}")
