"""`ollama-cli models cp`."""

from typing import Annotated

import typer

from ollama_cli.features.context import Context


def command(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="The model to copy.", metavar="SOURCE")],
    destination: Annotated[
        str,
        typer.Argument(help="Its new name; one that exists is replaced.", metavar="DESTINATION"),
    ],
) -> None:
    """Copy a model to another name.

    Examples:
      ollama-cli models cp llama3.2 my-llama
    """
    context: Context = ctx.obj
    for name in (source, destination):  # a copy could make a forbidden model usable
        context.permit(name)
    context.servers.native("cp").copy(source, destination)
    context.servers.forget_installed()
    context.prompter.report(f"copied {source} to {destination}")
