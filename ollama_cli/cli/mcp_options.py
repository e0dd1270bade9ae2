"""Which MCP servers a command uses, as it is typed."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from ollama_cli.errors import UsageError

_DASHES: Final = "--"
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- COMMAND ARGS...", help="Run this as the server."),
]
Server = Annotated[
    str | None, typer.Option("--server", metavar="SERVER", help="Which server of mcp.json.")
]
McpConfig = Annotated[
    str | None, typer.Option("--mcp-config", metavar="FILE", help="Read this mcp.json instead.")
]


def command_of(
    ctx: typer.Context, words: Sequence[str] | None, server: str | None, config: str | None
) -> Sequence[str]:
    """Return the command behind `--`, empty if there is none; UsageError beside other servers.

    A word that stands there without `--` is a mistake, and nothing that is run.
    """
    if not words:
        return ()
    if _DASHES not in ctx.meta["ollama_cli.words"]:
        raise UsageError(
            f"got unexpected extra argument ({words[0]})",
            hint=f"a server of mcp.json: `--server {words[0]}`; a command: `{_DASHES} {words[0]}`",
        )
    if server is not None or config is not None:
        option = "--server" if server is not None else "--mcp-config"
        raise UsageError(f"{option} and a command are both servers", hint="give one of them")
    return words
