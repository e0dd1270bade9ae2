"""`ollama-cli mcp config`."""

import json
from typing import Annotated, Literal

import typer

from ollama_cli.config import sources
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

    Nothing is written. A host that is named on this command line or by a variable stands in it,
    too, as clients do not pass variables on; one with a password does not.

    Examples:
      ollama-cli mcp config
      ollama-cli mcp config --client vscode
      ollama-cli --host work mcp config --client zed
    """
    context: Context = ctx.obj
    context.out.line(json.dumps(block(client, _host(context)), indent=2))


def _host(context: Context) -> str | None:
    """Return the host that a client must be told: it knows the config file, and no variable."""
    named = context.flags.settings.get("host")
    if named is None:
        named, _ = sources.environment_layer(context.environ).values.get("host", (None, ""))
        if "@" in str(named):  # a password is nothing to paste
            return None
    return named if isinstance(named, str) else None
