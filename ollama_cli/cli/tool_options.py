"""The options about tools of the commands that run them, declared once."""

from typing import Annotated, Literal

import typer

from ollama_cli.cli.options import grouped
from ollama_cli.features.tools.options import ToolOptions


@grouped(Tools="tools tools_approve max_tool_rounds max_tool_calls tool_output mcp_config")
def declare(
    *,
    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--tools",
            metavar="TOOLS[,TOOLS...]",
            help="Let the model call a server of mcp.json, SERVER.TOOL, FILE.py or cmd:NAME.",
        ),
    ] = None,
    tools_approve: Annotated[
        Literal["ask", "never", "always"],
        typer.Option(help="Who allows a call that [tools] of the settings do not."),
    ] = "ask",
    max_tool_rounds: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most answers with calls.")
    ] = 8,
    max_tool_calls: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most calls in one answer of ours.")
    ] = 32,
    tool_output: Annotated[
        str, typer.Option(metavar="SIZE", help="The most of a result that the model is told.")
    ] = "32kB",
    mcp_config: Annotated[
        str | None, typer.Option(metavar="FILE", help="Read this instead of mcp.json.")
    ] = None,
) -> ToolOptions:
    """Declare the options about tools, and return their values."""
    return ToolOptions(
        tools, tools_approve, max_tool_rounds, max_tool_calls, tool_output, mcp_config
    )


Tools = Annotated[ToolOptions, declare]
