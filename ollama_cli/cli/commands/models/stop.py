"""`ollama-cli models stop`."""

from typing import Annotated

import typer

from ollama_cli.features.context import Runtime
from ollama_cli.features.each import for_each
from ollama_cli.ui.streams import one_line


def command(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Models to unload.", metavar="NAME...")],
) -> None:
    """Unload models from memory.

    Examples:
      ollama-cli models stop llama3.2
      ollama-cli ps -o name | xargs -r ollama-cli stop
    """
    cli: Runtime = ctx.obj
    cli.starts_server = False
    cli.offers_pull = False

    server = cli.native("stop")

    def stop(name: str) -> None:
        server.stop(name)
        if not cli.flags.quiet:
            cli.err.line(f"stopped {one_line(name)}")

    for_each(cli, names, stop)
