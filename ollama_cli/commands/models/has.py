"""`ollama-cli models has`."""

from typing import Annotated

import typer

from ollama_cli.errors import ModelNotFoundError
from ollama_cli.names import same_model
from ollama_cli.runtime import Runtime
from ollama_cli.streams import one_line


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The model to look for.", metavar="NAME")],
) -> None:
    """Tell by the exit code whether a model is installed: 0 yes, 4 no.

    Examples:
      ollama-cli models has llama3.2 || ollama-cli pull llama3.2
      ollama-cli models has -q llama3:8b && echo there
    """
    cli: Runtime = ctx.obj
    for model in cli.ollama().list_models():
        if same_model(name, model.name):
            if not cli.flags.quiet:
                cli.out.line(one_line(model.name))
            return
    cli.silent = cli.flags.quiet
    missing = ModelNotFoundError(f"model {name!r} is not installed")
    missing.model = name
    raise missing
