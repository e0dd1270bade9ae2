"""`ollama-cli models stop`."""

from typing import Annotated

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.each import distinct, for_each


def command(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Models to unload.", metavar="NAME...")],
) -> None:
    """Unload models from memory.

    Examples:
      ollama-cli models stop llama3.2
      ollama-cli ps -o name | xargs -r ollama-cli stop
    """
    context: Context = ctx.obj
    names = distinct(map(context.named, names))
    server = context.servers.native("stop")

    def stop(name: str) -> None:
        server.stop(name)
        context.prompter.report(f"stopped {name}")

    for_each(context, names, stop)
