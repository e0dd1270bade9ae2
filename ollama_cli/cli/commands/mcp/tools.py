"""`ollama-cli mcp tools`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import typer

from ollama_cli.cli.mcp_options import McpConfig, Server, Words, command_of
from ollama_cli.errors import OllamaCliError
from ollama_cli.features import each
from ollama_cli.features.context import Context
from ollama_cli.features.mcp.servers import Servers
from ollama_cli.features.mcp.values import Tool
from ollama_cli.types.tables import Table
from ollama_cli.types.text import one_line
from ollama_cli.ui import export, tables

_AT_ONCE: Final = 4
_COLUMNS: Final = {"NAME": "name", "DOES": "read_only", "DESCRIPTION": "description"}


def command(
    ctx: typer.Context,
    words: Words = None,
    server: Server = None,
    mcp_config: McpConfig = None,
) -> None:
    """List the tools of MCP servers, and what these say of them.

    Of all servers in mcp.json beside the config file, of one, or of a command. DOES is a claim of
    the server: that a tool only reads, or destroys.

    Examples:
      ollama-cli mcp tools
      ollama-cli mcp tools --server fs -o name
      ollama-cli mcp tools -- python server.py
    """
    context: Context = ctx.obj
    behind = command_of(ctx, words, server, mcp_config)
    with Servers.of(context, mcp_config, behind) as servers:
        names = [server] if server is not None else list(servers.known)
        if not names:
            context.prompter.note(
                "no MCP server is known: list them in mcp.json, or name a command"
            )
        try:
            each.for_each(context, names, lambda name: servers.open([name]), jobs=_AT_ONCE)
        except OllamaCliError:
            if tools := servers.tools():  # those of the others
                _show(context, tools)
            raise
        _show(context, servers.tools())


def _show(context: Context, tools: Sequence[Tool]) -> None:
    rows = [(tool.full_name, _claim(tool), tool.description) for tool in tools]
    table = Table(_COLUMNS, rows, wraps=True)
    match context.output:
        case "json":
            document = {"tools": [_record(tool) for tool in tools]}
            export.show_document(context.out, "mcp-tools", document, table=table)
        case "name":
            for tool in tools:
                context.out.line(one_line(tool.full_name))
        case _ if not tools:
            context.prompter.note("there are no tools")
        case _:
            tables.show(context.out, table)


def _record(tool: Tool) -> dict[str, object]:
    return {**asdict(tool), "server": tool.server or None}


def _claim(tool: Tool) -> str:
    if tool.read_only:
        return "reads"
    return "destroys" if tool.destructive else "-"
