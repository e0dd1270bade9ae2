"""`ollama-cli prompts path`."""

from typing import Annotated

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.prompts import folder
from ollama_cli.system.missing import no_such_file
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    prompt: Annotated[
        str | None, typer.Argument(help="A name, or a path with a slash.", metavar="NAME|FILE")
    ] = None,
) -> None:
    """Print the file of a prompt; without a name the folder, whether it exists or not.

    Examples:
      ollama-cli prompts path
      cp review.prompt.yml "$(ollama-cli prompts path)"
    """
    context: Context = ctx.obj
    found = folder.place(context.environ)
    if prompt is not None:
        found = folder.find(prompt, context.environ).expanduser().absolute()
        if not folder.is_there(found):
            raise no_such_file(prompt)
    record = {"path": str(found)}
    if not export.show_record(context.out, context.output, "prompts-path", record):
        context.out.line(str(found))
