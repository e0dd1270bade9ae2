"""`ollama-cli models default`."""

from typing import Annotated

import typer

from ollama_cli.config import file
from ollama_cli.errors import ModelNotFoundError, NotFoundError, UnreachableError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.features.models import capabilities, choose
from ollama_cli.types.model_names import find
from ollama_cli.types.models import CHAT
from ollama_cli.types.text import one_line
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="The model to use from now on.", metavar="[NAME]")
    ] = None,
    detect: Annotated[
        bool, typer.Option("--detect", help="Take a running model, else the newest one.")
    ] = False,
) -> None:
    """Print the model for chat and generate, or set it in the config file.

    A server that is away is warned of, and the name is written as it was typed.

    Examples:
      ollama-cli models default
      ollama-cli models default llama3.2
      ollama-cli models default --detect
    """
    context: Context = ctx.obj
    if name is not None and detect:
        raise UsageError("give a name or --detect, not both")
    if detect:
        name = choose.detect_chat_model(context)
    elif name is not None:
        name = _check_name(context, name)
    if name is not None:
        keep(context, name)
    _show(context, name)


def keep(context: Context, name: str) -> None:
    """Write the model to the config file; UsageError if it cannot chat.

    Warns if a stronger source wins over the file.
    """
    capabilities.check(context, name, [CHAT])
    path = file.config_path(context.environ)
    file.write_setting(path, "model", name)
    context.prompter.report(f"set model = {name} in {path}")
    origin = context.settings.origins["model"]
    if origin not in {"default", str(path)} and context.settings.model != name:
        context.prompter.warn(
            f"{origin} says {context.settings.model}, and wins over the config file"
        )


def _check_name(context: Context, name: str) -> str:
    """Return the name as the server spells it; ModelNotFoundError if it is not installed."""
    if not name.strip():
        raise UsageError("the name is empty", hint="see what there is: `ollama-cli models list`")
    name = context.permit(name)
    try:
        found = find(name, [model.name for model in context.servers.installed()])
    except UnreachableError as error:
        context.prompter.warn(f"{explain(error, context).message}; {name!r} is taken as it is")
        return name
    if found is None:
        raise ModelNotFoundError.not_installed(name)
    return found


def _show(context: Context, name: str | None) -> None:
    is_set = name is not None
    name = name if is_set else context.settings.model
    origin = str(file.config_path(context.environ)) if is_set else context.settings.origins["model"]
    if context.output == "json":
        export.show_document(context.out, "models-default", {"model": name, "origin": origin})
        return
    if is_set:
        return
    if name is None:
        raise NotFoundError(
            "no default model is set",
            hint="set one: `ollama-cli models default NAME`, or --detect, or `models pick`",
        )
    context.out.line(one_line(name))
