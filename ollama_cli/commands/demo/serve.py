"""`ollama-cli demo serve`."""

from typing import Annotated, Literal

import typer

from ollama_cli.demo import FAULTS, DemoServer
from ollama_cli.errors import OllamaCliError
from ollama_cli.runtime import Runtime

Fault = Literal["stall", "cut", "error", "slow", "rollback", "html", "unauthorized", "busy"]


def command(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="0: any that is free.")
    ] = 0,
    fault: Annotated[
        Fault | None,
        typer.Option(metavar="KIND", help=f"What goes wrong in answers: {', '.join(FAULTS)}."),
    ] = None,
    fault_times: Annotated[
        int | None, typer.Option(min=1, help="Only in the first N answers.", metavar="N")
    ] = None,
) -> None:
    """Run the demo server until it is stopped, for trying out and for scripts' own tests.

    The first line on stdout, once it is ready, is `listening on http://127.0.0.1:PORT`.

    Examples:
      ollama-cli demo serve
      ollama-cli demo serve --port 8080
      ollama-cli demo serve --fault cut --fault-times 1
    """
    cli: Runtime = ctx.obj
    server = DemoServer(port=port, fault=fault, fault_times=fault_times)
    try:
        server.__enter__()
    except OSError as error:
        raise OllamaCliError(
            f"cannot listen on port {port}: {error.strerror}",
            hint="leave --port out for a free one",
        ) from error
    try:
        cli.out.line(f"listening on {server.url}")
        cli.note("this is a demo, no substitute for a real model; Ctrl-C stops it")
        server.wait()
    finally:
        server.close()
