"""`ollama-cli models default`."""

from typing import Annotated, Literal

import typer

from ollama_cli.cli.options import OUTPUT_HELP, AsJson
from ollama_cli.config import sources
from ollama_cli.errors import ModelNotFoundError, NotFoundError, UnreachableError, UsageError
from ollama_cli.features.context import Runtime
from ollama_cli.features.models import capabilities, choose
from ollama_cli.services.capabilities import CHAT
from ollama_cli.types.model_names import find
from ollama_cli.ui import export
from ollama_cli.ui.streams import one_line


def command(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="The model to use from now on.", metavar="[NAME]")
    ] = None,
    detect: Annotated[
        bool, typer.Option("--detect", help="Take a running model, else the newest one.")
    ] = False,
    output: Annotated[
        Literal["text", "json"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Print the model for chat and generate, or set it in the config file.

    A server that is away is warned of, and the name is written as it was typed.

    Examples:
      ollama-cli models default
      ollama-cli models default llama3.2
      ollama-cli models default --detect
    """
    cli: Runtime = ctx.obj
    if name is not None and detect:
        raise UsageError("give a name or --detect, not both")
    if detect:
        name = choose.detected(cli)
    elif name is not None:
        name = _checked(cli, name)
    if name is not None:
        keep(cli, name)
    _show(cli, name)


def keep(cli: Runtime, name: str) -> None:
    """Write the model into the config file; UsageError for one that cannot chat.

    Warns where something stronger wins over the file.
    """
    capabilities.check(cli, name, [CHAT])
    path = sources.config_path(cli.environ)
    sources.write_setting(path, "model", name)
    if not cli.flags.quiet:
        cli.err.line(one_line(f"set model = {name} in {path}"))
    origin = cli.settings.origins["model"]
    if origin not in {"default", str(path)} and cli.settings.model != name:
        cli.warn(f"{origin} says {cli.settings.model}, and wins over the config file")


def _checked(cli: Runtime, name: str) -> str:
    """Find the model as the server spells it; ModelNotFoundError where it is not installed."""
    if not name.strip():
        raise UsageError("the name is empty", hint="see what there is: `ollama-cli models list`")
    cli.permit(name)
    try:
        found = find(name, [model.name for model in cli.installed()])
    except UnreachableError as error:
        cli.explain(error)
        cli.warn(f"{error.message}; {name!r} is taken as it is")
        return name
    if found is None:
        raise ModelNotFoundError.not_installed(name)
    return found


def _show(cli: Runtime, name: str | None) -> None:
    is_set = name is not None
    name = name if is_set else cli.settings.model
    origin = str(sources.config_path(cli.environ)) if is_set else cli.settings.origins["model"]
    if cli.output == "json":
        export.show_document(cli.out, "models-default", {"model": name, "origin": origin})
        return
    if is_set:
        return
    if name is None:
        raise NotFoundError(
            "no default model is set",
            hint="set one: `ollama-cli models default NAME`, or --detect, or `models pick`",
        )
    cli.out.line(one_line(name))
