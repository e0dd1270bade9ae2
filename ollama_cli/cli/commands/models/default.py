"""`ollama-cli models default`."""

from typing import Annotated

import typer

from ollama_cli.config import file, resolve
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
    if detect or name is not None:
        refuse_demo(context)
    if detect:
        name = choose.detect_chat_model(context)
        keep(context, name)
    elif name is not None:
        name = _check_name(context, name)
        keep(context, name, resolve.TYPED)
    _show(context, name)


def refuse_demo(context: Context) -> None:
    """Raise UsageError if the models are those of the demo server, which ends with the command."""
    if context.flags.demo:
        raise UsageError(
            "--demo ends with the command: none of its models can be kept as the default",
            hint="leave --demo out, or name the model with -m",
        )


def keep(context: Context, name: str, source: str = "the server's list") -> None:
    """Write the model, which `source` named, to the config file; UsageError if it cannot chat.

    Warns if a stronger source wins over the file.
    """
    from ollama_cli.config import edit  # noqa: PLC0415  most only ask for the default: 40 ms

    capabilities.check(context, name, [CHAT])
    path = file.writable_path(context.environ)
    edit.write_setting(path, "model", name, origin=source)
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
    origin = context.settings.origins["model"]
    if is_set:
        origin = str(file.writable_path(context.environ))
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
