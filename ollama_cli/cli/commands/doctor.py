"""`ollama-cli doctor`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import typer

from ollama_cli.cli import versions
from ollama_cli.config import credentials, hosts, sources
from ollama_cli.features.context import Context
from ollama_cli.features.doctor import container
from ollama_cli.features.doctor.run import CHECKS, run
from ollama_cli.features.doctor.target import Case
from ollama_cli.features.servers import cache
from ollama_cli.types.checks import Check
from ollama_cli.ui import diagnosis
from ollama_cli.ui.spinner import Spinner

# A limit even if that of `health` is off: a person is waiting.
_MAX_SECONDS: Final = 30.0


def command(
    ctx: typer.Context,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Try this model.")
    ] = None,
    token: Annotated[
        bool, typer.Option("--token/--no-token", help="Let the model write one token.")
    ] = True,
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
    context: Context = ctx.obj
    model = None if model is None else context.named(model)
    context.servers.log_requests()
    checks: list[Check] = []
    for check in _run_checks(context, model, token):
        checks.append(check)
        if context.output == "text":
            diagnosis.show_check(context.out, check)
    if context.output == "json":
        diagnosis.show_document(context.out, checks, _about())
    elif context.output == "markdown":
        diagnosis.show_report(context.out, checks, _about())
    raise typer.Exit(next((check.exit_code for check in checks if check.status == "failed"), 0))


def _run_checks(context: Context, model: str | None, token: bool) -> Iterator[Check]:
    """Yield each check when it is done, with a spinner on a terminal for slow ones."""
    checks = run(_case(context, model, tries_token=token))
    label = ""
    for name in CHECKS:
        label = f"loading {label}" if name == "token" else name
        if context.shows_spinner:
            with Spinner(context.err, label):
                check = next(checks)
        else:
            check = next(checks)
        label = check.value or ""
        yield check


def _case(context: Context, model: str | None, *, tries_token: bool) -> "Case":
    seconds = context.settings.timeouts.health or _MAX_SECONDS
    settings = context.settings = context.settings._replace(metadata_timeout=seconds)
    if not context.flags.demo:
        cache.write_seen(settings.place, cache.Seen())  # an old entry may be what is wrong
    key = credentials.find_key(settings, context.layers, context.variables)
    return Case(
        provider=context.servers.provider,
        native=context.servers.ollama,
        address=settings.host,
        credentials=context.credentials,
        typed=_typed_address(context),
        origins={**settings.origins, **_origins(context, model)},
        environ=context.environ,
        container=container.detect(),
        seconds=seconds,
        openai_url=settings.openai_url,
        may_be_webui=settings.may_be_webui,
        options=_options(context),
        key=key.origin if key else "",
        key_variable=_key_variable(context, key),
        api=settings.api,
        model=model or settings.model,
        allowed_models=settings.allowed_models,
        local_only=settings.local_only,
        tries_token=tries_token,
    )


def _origins(context: Context, model: str | None) -> Mapping[str, str]:
    """Return the origins that are not those of the settings: of a typed model, of certificates."""
    ca_file = context.credentials["ca_file"]
    source = ca_file and context.authority_origin(ca_file)
    return {**({"model": "--model"} if model else {}), **({"ca_file": source} if source else {})}


def _options(context: Context) -> dict[str, str]:
    """Collect the global options that say which server to ask, and how."""
    typed = {
        "env_file": context.flags.env_file,
        "demo": context.flags.demo,
        **context.flags.settings,
    }
    return {
        f"--{name.replace('_', '-')}": "" if value is True else str(value)
        for name, value in typed.items()
        if value
    }


def _key_variable(context: Context, key: credentials.Key | None) -> str:
    """Return the variable that can hold a key for this server; empty if an option must name it."""
    if key and key.variable:
        return key.variable
    if variable := credentials.WELL_KNOWN.get(hosts.origin_of(context.settings.host)):
        return variable
    # A key in the environment is only for the address that is set there.
    return "" if context.settings.origins["host"].endswith("--host") else sources.KEY_VARIABLE


def _typed_address(context: Context) -> str:
    """Return the address as the user wrote it, before it was parsed."""
    if context.settings.entry and context.settings.origins["host"].startswith("["):
        return context.settings.entry.url
    found = (layer.values["host"] for layer in context.layers if "host" in layer.values)
    return next((str(value) for value, _ in found), "")


def _about() -> Mapping[str, object]:
    about = versions.about()
    return {
        "ollama-cli": about.program,
        "Python": about.python,
        "platform": about.platform,
        "libraries": about.libraries,
    }
