"""`ollama-cli models cp`."""

from typing import Annotated

import typer

from ollama_cli.features.context import Runtime
from ollama_cli.ui.streams import one_line


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
    cli: Runtime = ctx.obj
    cli.offers_pull = False
    for name in (source, destination):  # one that is forbidden could be used under another name
        cli.permit(name)
    cli.native("cp").copy(source, destination)
    cli.forget_installed()
    if not cli.flags.quiet:
        cli.err.line(one_line(f"copied {source} to {destination}"))
