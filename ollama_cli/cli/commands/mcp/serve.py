"""`ollama-cli mcp serve`."""

from typing import Annotated

import typer

from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.mcp.extra import needed
from ollama_cli.types.measures import read_size


def command(
    ctx: typer.Context,
    allow_pull: Annotated[
        bool, typer.Option("--allow-pull", help="Let agents download models.")
    ] = False,
    allow_delete: Annotated[
        bool, typer.Option("--allow-delete", help="Let agents remove models.")
    ] = False,
    allow_model: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Only these models; repeatable."),
    ] = None,
    allow_remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="Let agents use models and hosts that are elsewhere."),
    ] = False,
    max_concurrency: Annotated[
        int, typer.Option(min=1, metavar="N", help="Calls at once; others wait.")
    ] = 4,
    rate: Annotated[int, typer.Option(min=1, metavar="N", help="Calls a minute.")] = 60,
    max_input: Annotated[
        str, typer.Option(metavar="SIZE", help="Most bytes of what a call is given.")
    ] = "1MB",
    max_tokens_limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="Most tokens of an answer.")
    ] = 4096,
    call_timeout: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Most time of a call; 0: no limit.")
    ] = 600.0,
    idle_exit: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="End after so long without a call.")
    ] = 0.0,
    listen: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Serve by HTTP on 127.0.0.1; 0: any free port."
        ),
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option(
            metavar="VARIABLE", help="Variable of the token for --listen; else one is made."
        ),
    ] = None,
) -> None:
    """Let agents and editors ask local models, by the Model Context Protocol.

    An MCP client starts it and speaks with it on standard input and output: `mcp config` prints
    what to paste there. Agents may list and show models, generate, chat, embed and count tokens.
    They may not pull or delete, and reach no other host, unless a flag says so.

    Examples:
      ollama-cli mcp serve
      ollama-cli mcp serve --allow-model 'llama3*' --max-tokens-limit 1000
      ollama-cli mcp serve --listen 8808 --token-env MCP_TOKEN
    """
    context: Context = ctx.obj
    if token_env is not None and listen is None:
        raise UsageError("--token-env is for --listen", hint="leave it out, or add --listen PORT")
    input_bytes = int(read_size(max_input))
    with needed():
        from ollama_cli.features.mcp_server.limits import Limits  # noqa: PLC0415  the SDK: 450 ms
        from ollama_cli.features.mcp_server.serve import Wishes, serve  # noqa: PLC0415  likewise: 450 ms

    limits = Limits(
        concurrency=max_concurrency,
        rate=rate,
        input_bytes=input_bytes,
        max_tokens=max_tokens_limit,
        seconds=call_timeout,
    )
    wishes = Wishes(
        limits=limits,
        may_pull=allow_pull,
        may_delete=allow_delete,
        may_be_remote=allow_remote,
        patterns=tuple(allow_model or ()),
        idle_exit=idle_exit,
        port=listen,
        token_variable=token_env,
    )
    serve(context, wishes)
