"""`ollama-cli mcp call`."""

from typing import Annotated

import typer

from ollama_cli.cli.mcp_options import McpConfig, Server, Words, command_of
from ollama_cli.errors import ServerError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.mcp.servers import Servers, split_name, tool_named
from ollama_cli.features.mcp.values import Result
from ollama_cli.types.text import visible
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    tool: Annotated[
        str, typer.Argument(metavar="TOOL", help="SERVER.TOOL, or TOOL of the one that is named.")
    ],
    words: Words = None,
    arg: Annotated[
        list[str] | None,
        typer.Option("--arg", metavar="NAME=VALUE", help="One argument; repeatable."),
    ] = None,
    args: Annotated[
        str | None,
        typer.Option("--args", metavar="JSON|@FILE", help="All arguments, as a JSON object."),
    ] = None,
    server: Server = None,
    mcp_config: McpConfig = None,
) -> None:
    """Call one tool of an MCP server, and print its result.

    A VALUE is a number, a list and so on where the tool's schema wants that, else a text. Exit
    code 5: the tool says that it failed; 4: there is no such server or tool; 2: an argument is
    not as the schema wants it.

    Examples:
      ollama-cli mcp call fs.read --arg path=notes.txt
      ollama-cli mcp call search --server web --args '{"query": "fjord", "n": 3}'
      ollama-cli mcp call add --arg a=1 --arg b=2 -o json -- python server.py
    """
    from ollama_cli.features.mcp.arguments import (  # noqa: PLC0415  calls alone: 5 ms
        read_arguments,
        strange_names,
    )

    context: Context = ctx.obj
    behind = command_of(ctx, words, server, mcp_config)
    with Servers.of(context, mcp_config, behind) as servers:
        place, name = _place(servers, tool, "" if behind else server)
        servers.open([place])
        tools = servers.tools()
        prefix = f"{place}."
        if place and name.startswith(prefix) and name not in {each.name for each in tools}:
            name = name.removeprefix(prefix)
        found = tool_named(tools, name)
        arguments = read_arguments(found, arg or [], args, context.stdin)
        for sentence in strange_names(found, arguments):
            context.prompter.warn(sentence)
        result = servers.call(place, name, arguments)
    _show(context, result)
    if result.is_error:
        reason = "" if context.output in {"json", "raw"} else result.text
        raise ServerError(f"the tool {name!r} says that it failed", reason=reason)


def _place(servers: Servers, tool: str, server: str | None) -> tuple[str, str]:
    """Find the server of a tool: the one that is named, that its name begins with, or the only."""
    if server is not None:
        return servers.named(server).name, tool
    if split := split_name(tool, servers.known):
        return split
    if len(servers.known) == 1:
        return next(iter(servers.known)), tool
    if "." in tool or not servers.known:
        servers.named(tool.partition(".")[0] if "." in tool else "")
    raise UsageError(
        f"which server is {tool!r} of?", hint=f"name it: --server {next(iter(servers.known))}"
    )


def _show(context: Context, result: Result) -> None:
    match context.output:
        case "json":
            document = {
                "content": list(result.content),
                "structured_content": result.structured_content,
                "is_error": result.is_error,
            }
            export.show_document(context.out, "mcp-call", document, answer=document.keys())
        case "raw":
            export.show_value(context.out, result.raw)
        case _ if result.text and not result.is_error:
            text = visible(result.text) if context.out.is_terminal else result.text
            context.out.write(text if text.endswith("\n") else f"{text}\n")
