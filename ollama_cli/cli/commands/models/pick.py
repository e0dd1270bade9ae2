"""`ollama-cli models pick`."""

from typing import Annotated

import typer

from ollama_cli.cli.commands.models import default
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.models import choose
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes
from ollama_cli.ui.line.choices import Choice
from ollama_cli.ui.line.picking import pick


def command(
    ctx: typer.Context,
    keep: Annotated[
        bool, typer.Option("--default", help="Use it from now on, as `models default` does.")
    ] = False,
) -> None:
    """Choose an installed model by a part of its name; its name goes to stdout.

    The list grows shorter as you type, Enter takes the first of it, and arrows another. It goes to
    stderr, so that it can stand inside of another command; a plain terminal asks for a number.

    Examples:
      ollama-cli models pick --default
      ollama-cli chat -m "$(ollama-cli models pick)" "why is the sky blue?"
    """
    context: Context = ctx.obj
    if keep:
        default.refuse_demo(context)
    if not context.prompter.can_ask():
        raise UsageError(
            "this asks which one, and there is nobody to ask",
            hint="name a model with -m, or set one: `ollama-cli models default NAME`",
        )
    models = choose.allowed_models(context)
    if not models:
        raise choose.no_model_error(context)
    chosen = pick(
        context.prompter,
        context.environ,
        [_choice(context, model) for model in models],
        accessible=context.settings.accessible,
    )
    if chosen is None:
        raise UsageError("no model was chosen")
    name = models[chosen].name
    if keep:
        default.keep(context, name)
    context.out.line(one_line(name))


def _choice(context: Context, model: ModelSummary) -> Choice:
    size = "" if model.is_remote or model.size is None else f"  {format_bytes(model.size)}"
    mark = "  (default)" if model.name == context.settings.model else ""
    return Choice(model.name, f"{size}{mark}")
