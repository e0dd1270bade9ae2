"""`ollama-cli mcp config`."""

import json
from typing import Annotated, Literal

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.mcp_server.clients import block


def command(
    ctx: typer.Context,
    client: Annotated[
        Literal["claude", "cursor", "vscode", "zed"],
        typer.Option(help="Whose settings it is for."),
    ] = "claude",
) -> None:
    """Print what to paste into a client's settings, so that it starts `mcp serve`.

    Nothing is written. A host that is named on this command line stands in it, too.

    Examples:
      ollama-cli mcp config
      ollama-cli mcp config --client vscode
      ollama-cli --host work mcp config --client zed
    """
    context: Context = ctx.obj
    host = context.flags.settings.get("host")
    context.out.line(json.dumps(block(client, host if isinstance(host, str) else None), indent=2))
