"""`ollama-cli models pick`."""

from typing import Annotated

import typer

from ollama_cli.cli.commands.models import default
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.models import choose
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.numbers import whole
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes


def command(
    ctx: typer.Context,
    keep: Annotated[
        bool, typer.Option("--default", help="Use it from now on, as `models default` does.")
    ] = False,
) -> None:
    """Choose an installed model by its number; its name goes to stdout.

    The list and the question go to stderr, so that it can stand inside of another command.

    Examples:
      ollama-cli models pick --default
      ollama-cli chat -m "$(ollama-cli models pick)" "why is the sky blue?"
    """
    context: Context = ctx.obj
    if keep:
        default.refuse_demo(context)
    if not context.prompter.can_ask():
        raise UsageError(
            "this asks for a number, and there is nobody to ask",
            hint="name a model with -m, or set one: `ollama-cli models default NAME`",
        )
    models = choose.allowed_models(context)
    if not models:
        raise choose.no_model_error(context)
    name = _choose(context, models).name
    if keep:
        default.keep(context, name)
    context.out.line(one_line(name))


def _choose(context: Context, models: list[ModelSummary]) -> ModelSummary:
    """List the models and ask until a number fits; UsageError at the end of input."""
    width = len(str(len(models)))
    for number, model in enumerate(models, 1):
        size = "" if model.is_remote or model.size is None else f"  {format_bytes(model.size)}"
        mark = "  (default)" if model.name == context.settings.model else ""
        context.err.line(f"{number:>{width}}  {one_line(model.name)}{size}{mark}")
    while (answer := context.prompter.ask(f"which one? [1-{len(models)}] ")) is not None:
        number = whole(answer) or 0
        if 0 < number <= len(models):
            return models[number - 1]
        context.err.line(one_line(f"there is no {answer!r}" if answer else "type its number"))
    raise UsageError("no model was chosen")
