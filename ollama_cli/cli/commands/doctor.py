"""`ollama-cli doctor`."""

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Final, Literal

import typer

from ollama_cli import __version__, services
from ollama_cli.cli.options import OUTPUT_HELP, AsJson
from ollama_cli.config import credentials, hosts, sources
from ollama_cli.features.context import Runtime
from ollama_cli.features.doctor import container
from ollama_cli.features.servers import cache
from ollama_cli.types.checks import Rung
from ollama_cli.ui import diagnosis
from ollama_cli.ui.spinner import Spinner

_LIBRARIES: Final = ("requests", "urllib3", "typer", "rich")
# Also where health waits for ever: somebody sits before it.
_LONGEST: Final = 30.0


def command(
    ctx: typer.Context,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Try this model.")
    ] = None,
    token: Annotated[
        bool, typer.Option("--token/--no-token", help="Let the model write one token.")
    ] = True,
    output: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Find out why the server does not answer, and what cures it, step by step.

    The address, DNS, TCP, TLS, HTTP, the kind of server, its version, its models, the default one,
    and one token of it, for which a model may have to be loaded (--no-token skips that). It stops
    at the first step that fails, whose exit code it has: 3 no connection, 4 no model, 5 no server
    of models, 6 sign-in needed, 7 timeout, 13 ruled out by the settings. -o markdown is for a bug
    report, without secrets.

    Examples:
      ollama-cli doctor
      ollama-cli --host 192.168.1.20 doctor --no-token
      ollama-cli doctor -o markdown
    """
    cli: Runtime = ctx.obj
    cli.starts_server = False
    cli.log_requests()
    rungs: list[Rung] = []
    for rung in _climbed(cli, model, token):
        rungs.append(rung)
        if cli.output == "text":
            diagnosis.show_rung(cli.out, rung)
    if cli.output == "json":
        diagnosis.show_document(cli.out, rungs, _about())
    elif cli.output == "markdown":
        diagnosis.show_report(cli.out, rungs, _about())
    raise typer.Exit(next((rung.exit_code for rung in rungs if rung.status == "failed"), 0))


def _climbed(cli: Runtime, model: str | None, token: bool) -> Iterator[Rung]:
    """Give the rungs as they are climbed, with a spinner on a terminal for those that take long."""
    rungs = services.climb(_case(cli, model, tries_token=token))
    moves = cli.err.motion and not cli.flags.quiet and not cli.flags.verbose
    label = ""
    for name in services.RUNGS:
        label = f"loading {label}" if name == "token" else name
        if moves:
            with Spinner(cli.err, label):
                rung = next(rungs)
        else:
            rung = next(rungs)
        label = rung.value or ""
        yield rung


def _case(cli: Runtime, model: str | None, *, tries_token: bool) -> "services.Case":
    seconds = cli.settings.timeouts.health or _LONGEST
    settings = cli.settings = cli.settings._replace(metadata_timeout=seconds)
    cache.remember(settings.host, cache.Seen())  # what was seen a while ago may be the fault
    key = credentials.find_key(settings, cli.layers, cli.variables)
    return services.Case(
        provider=cli.provider,
        native=cli.ollama,
        address=settings.host,
        credentials=cli.credentials,
        typed=_typed(cli),
        origins={**settings.origins, **({"model": "--model"} if model else {})},
        environ=cli.environ,
        surroundings=container.look_around(),
        seconds=seconds,
        options=_options(cli),
        key=key.origin if key else "",
        key_variable=_key_variable(cli, key),
        api=settings.api,
        model=model or settings.model,
        allowed_models=settings.allowed_models,
        local_only=settings.local_only,
        tries_token=tries_token,
    )


def _options(cli: Runtime) -> dict[str, str]:
    """Collect the global options that say which server is meant, and how it is asked."""
    typed = {"env_file": cli.flags.env_file, "demo": cli.flags.demo, **cli.flags.settings}
    return {
        f"--{name.replace('_', '-')}": "" if value is True else str(value)
        for name, value in typed.items()
        if value
    }


def _key_variable(cli: Runtime, key: credentials.Key | None) -> str:
    """Name the variable in which a key reaches this server; empty where it has to be typed."""
    if key and key.variable:
        return key.variable
    if variable := credentials.WELL_KNOWN.get(hosts.origin_of(cli.settings.host)):
        return variable
    # One in the environment is for the address that is set there.
    return "" if cli.settings.origins["host"].endswith("--host") else sources.KEY_VARIABLE


def _typed(cli: Runtime) -> str:
    """Find the address as it was written, before it was read."""
    if cli.settings.entry and cli.settings.origins["host"].startswith("["):
        return cli.settings.entry.url
    found = (layer.values["host"] for layer in cli.layers if "host" in layer.values)
    return next((str(value) for value, _ in found), "")


def _about() -> Mapping[str, object]:
    return {
        "ollama-cli": __version__,
        "Python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
