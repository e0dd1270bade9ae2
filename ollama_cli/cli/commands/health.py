"""`ollama-cli health`."""

import time
from dataclasses import asdict
from typing import Annotated, Final, Literal

import typer

from ollama_cli import services
from ollama_cli.cli.options import OUTPUT_HELP, AsJson
from ollama_cli.errors import OllamaCliError, TimedOutError, UsageError
from ollama_cli.features.context import Runtime
from ollama_cli.types.health import Health
from ollama_cli.types.units import format_duration
from ollama_cli.ui import export
from ollama_cli.ui.streams import one_line

_POLL: Final = 0.5


def command(
    ctx: typer.Context,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Require this model too.")
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Ask again until all is well, this long at most."),
    ] = None,
    output: Annotated[
        Literal["text", "json"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Check the server, and a model on it; scripts read the exit code.

    0 all is well, 3 unreachable, 4 the model is missing, 5 answered wrongly, 6 sign-in needed,
    7 timeout. With -q nothing at all is printed.

    Examples:
      ollama-cli health
      ollama-cli health -q -m llama3.2 && echo ready
      ollama-cli health --wait 30
    """
    cli: Runtime = ctx.obj
    cli.starts_server = False
    cli.silent = cli.flags.quiet
    if wait is not None and not wait >= 0:  # neither is "nan"
        raise UsageError("--wait takes 0 or more seconds")
    health, error = _examine(cli, model, wait)
    if cli.output == "json" and not cli.silent:
        export.show_document(cli.out, "health", asdict(health))
        cli.silent = True  # the document is the verdict; no error object follows it
    if error is not None:
        raise error
    if not cli.silent:
        _show(cli, health)


def _examine(
    cli: Runtime, model: str | None, wait: float | None
) -> tuple[Health, OllamaCliError | None]:
    end = time.monotonic() + (wait or 0)
    health, error = cli.examine(model)
    while error is not None and wait is not None:
        left = end - time.monotonic()
        if left <= 0:
            cli.explain(error)
            message = f"not healthy within {wait:g} s: {error.message}"
            return health, TimedOutError(message, hint=error.hint, http_status=error.http_status)
        time.sleep(min(_POLL, left))
        health, error = cli.examine(model)
    return health, error


def _show(cli: Runtime, health: Health) -> None:
    models = f"{health.model_count} model{'' if health.model_count == 1 else 's'}"
    latency = format_duration(health.latency_seconds or 0)
    server = f"{_server(health)} at {health.base_url}"
    cli.out.line(one_line(f"ok: {server}, {models}, {latency}"))
    if health.model_id:
        cli.out.line(one_line(f"model: {health.model_id}"))
    elif health.provider_type != "ollama":
        cli.note("no model that can chat is offered")
    else:
        cli.note("no model that can chat is installed; get one: `ollama-cli models pull llama3.2`")


def _server(health: Health) -> str:
    name = "Ollama" if health.kind == "ollama" else services.named(health.kind)
    return f"{name} {health.version}" if health.version else name
