"""`ollama-cli health`."""

import time
from dataclasses import asdict
from typing import Annotated, Final

import typer

from ollama_cli.errors import OllamaCliError, TimedOutError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.models import choose
from ollama_cli.types.health import Health
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_duration

_POLL_SECONDS: Final = 0.5


def command(
    ctx: typer.Context,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Require this model too.")
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Ask again until all is well, this long at most."),
    ] = None,
) -> None:
    """Check the server, and a model on it; scripts read the exit code.

    Without -m it names the model that chat takes; that one may be missing, and the code is 0.
    0 all is well, 3 unreachable, 4 the model is missing, 5 answered wrongly, 6 sign-in needed,
    7 timeout. Once --wait is over it is 7, whatever is wrong. With -q nothing at all is printed.

    Examples:
      ollama-cli health
      ollama-cli health -q -m llama3.2 && echo ready
      ollama-cli health --wait 30
    """
    context: Context = ctx.obj
    if wait is not None and not wait >= 0:  # also refuses "nan"
        raise UsageError("--wait takes 0 or more seconds")
    model = None if model is None else context.named(model)
    health, error = _examine(context, model, wait)
    is_silent = context.flags.quiet
    if context.output == "json" and not is_silent:
        from ollama_cli.ui import export  # noqa: PLC0415  documents alone: 1 ms

        export.show_document(context.out, "health", asdict(health))
        is_silent = True  # the document is the verdict; no error object follows it
    if error is not None and is_silent:
        raise typer.Exit(error.exit_code)
    if error is not None:
        raise error
    if not is_silent:
        _show(context, health)


def _examine(
    context: Context, model: str | None, wait: float | None
) -> tuple[Health, OllamaCliError | None]:
    end = time.monotonic() + (wait or 0)
    usual = choose.usual(context)
    health, error = context.servers.examine(model, usual)
    while error is not None and wait is not None:
        left = end - time.monotonic()
        if left <= 0:
            from ollama_cli.features.explain import explain  # noqa: PLC0415  errors alone: 1 ms

            error = explain(error, context)
            return health, TimedOutError(
                f"not healthy within {wait:g} s",
                reason=error.message,
                hint=error.hint,
                http_status=error.http_status,
            ).with_facts(is_explained=True)
        time.sleep(min(_POLL_SECONDS, left))
        health, error = context.servers.examine(model, usual)
    return health, error


def _show(context: Context, health: Health) -> None:
    models = f"{health.model_count} model{'' if health.model_count == 1 else 's'}"
    latency = format_duration(health.latency_seconds or 0)
    server = f"{_server(health)} at {health.base_url}"
    context.out.line(one_line(f"ok: {server}, {models}, {latency}"))
    if health.model_id:
        context.out.line(one_line(f"model: {health.model_id}"))
        if not health.model_detected:
            context.prompter.note(_missing(context, health, health.model_id))
    elif health.provider_type != "ollama":
        context.prompter.note("no model that can chat is offered")
    else:
        context.prompter.note(
            "no model that can chat is installed; get one: `ollama-cli models pull llama3.2`"
        )


def _missing(context: Context, health: Health, model: str) -> str:
    said = f"{model} (from {context.settings.origins['model']}) is not there"
    if health.provider_type != "ollama":
        return said
    import shlex  # noqa: PLC0415  hardly ever: 1 ms

    return f"{said}; get it: `ollama-cli models pull {shlex.quote(model)}`"


def _server(health: Health) -> str:
    name = "Ollama"
    if health.kind != "ollama":
        from ollama_cli.services.kinds import named  # noqa: PLC0415  other servers alone: 1 ms

        name = named(health.kind)
    return f"{name} {health.version}" if health.version else name
