"""`ollama-cli models cp`."""

from typing import Annotated

import typer

from ollama_cli.features.context import Context
from ollama_cli.types.model_names import checked_grammar


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
    # A copy could make a forbidden model usable.
    source = context.permit(checked_grammar(source))
    destination = context.permit(checked_grammar(destination))
    context.servers.native("cp").copy(source, destination)
    context.servers.forget_installed()
    context.prompter.report(f"copied {source} to {destination}")
