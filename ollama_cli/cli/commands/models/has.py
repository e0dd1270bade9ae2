"""`ollama-cli models has`."""

from typing import Annotated

import typer

from ollama_cli.errors import ModelNotFoundError
from ollama_cli.features.context import Context
from ollama_cli.types.model_names import find
from ollama_cli.types.text import one_line


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The model to look for.", metavar="NAME")],
) -> None:
    """Tell by the exit code whether a model is installed: 0 yes, 4 no.

    Examples:
      ollama-cli models has llama3.2 || ollama-cli pull llama3.2
      ollama-cli models has -q llama3:8b && echo there
    """
    context: Context = ctx.obj
    name = context.named(name)
    found = find(name, [model.name for model in context.servers.installed()])
    if found is None and context.flags.quiet:
        raise typer.Exit(ModelNotFoundError.exit_code)
    if found is None:
        raise ModelNotFoundError.not_installed(name)
    if not context.flags.quiet:
        context.out.line(one_line(found))
