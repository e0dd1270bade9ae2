"""`ollama-cli demo serve`."""

import os
from typing import Annotated

import typer

from ollama_cli.demo import DemoServer
from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.context import Context


def command(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="0: any that is free.")
    ] = 0,
    fault: Annotated[
        str | None,
        typer.Option(metavar="SCRIPT", help="What goes wrong, in one of the ways above."),
    ] = None,
    fault_times: Annotated[
        int | None, typer.Option(min=1, help="Only in the first N answers it is for.", metavar="N")
    ] = None,
) -> None:
    """Run the demo server until it is stopped, for trying out and for scripts' own tests.

    The first line on stdout, once it is ready, is `listening on http://127.0.0.1:PORT`.

    It is a registry, too: `--registry http://127.0.0.1:PORT`. It can be pulled from: llama3:8b,
    llama3.2, qwen2.5-coder:7b, nomic-embed-text, qwen3:4b, which thinks and calls a tool whose name
    a prompt speaks of, and qwen3:4b-mlx, which does so in many tensors.

    Faults in any answer: stall (silence), cut (hang-up), error, slow, html (a page in place of the
    answer), unauthorized, busy.

    Faults in JSON, of answers that have a format: badjson (a comma too many), badschema (a wrong
    type), cutjson (at the limit of the model), nojson (words in its place).

    Faults in pulls: reset (of the connection), forget (cut, and what had arrived is lost), rollback
    (a layer starts again), repeat (one line for ever), trickle, disk-full, offline (the server has
    no network), denied, outdated (the server is too old), few-lines (none for small layers),
    no-success (an end without it), after-success (lines behind it).

    Faults in the registry: registry-slow, registry-lies (wrong sizes), registry-html.

    Where a pull goes wrong: stall, cut, error, html, reset, forget, rollback, repeat, trickle and
    disk-full take a place, as cut@40% of the model, cut/8M or cut/64k after so many bytes of each
    pull, cut/1s after so long. Faults separated by commas take turns. What had arrived before a
    fault is kept for the next pull.

    Examples:
      ollama-cli demo serve
      ollama-cli demo serve --port 8080
      ollama-cli demo serve --fault cut --fault-times 1
      ollama-cli demo serve --fault stall@99%,reset/8M,error@50% --fault-times 3
    """
    context: Context = ctx.obj
    try:
        server = DemoServer(port=port, fault=fault, fault_times=fault_times)
        server.__enter__()
    except ValueError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise OllamaCliError(
            f"cannot listen on port {port}: {os.strerror(error.errno or 0).lower()}",
            hint="leave --port out for a free one",
        ) from error
    try:
        context.out.line(f"listening on {server.url}")
        context.prompter.note("this is a demo, no substitute for a real model; Ctrl-C stops it")
        context.prompter.note(f"in another terminal: `ollama-cli --host {server.url} chat`")
        server.wait()
    finally:
        server.close()
