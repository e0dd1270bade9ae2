"""`ollama-cli prompts edit`."""

from typing import Annotated

import typer

from ollama_cli.features.chat import prompted
from ollama_cli.features.context import Context
from ollama_cli.features.prompts import editing


def command(
    ctx: typer.Context,
    prompt: Annotated[
        str, typer.Argument(help="A name, also a new one, or a path.", metavar="NAME|FILE")
    ],
) -> None:
    """Edit a prompt file in $VISUAL or $EDITOR, and check it; a new name begins with an example.

    What was written is kept, also if it cannot be used yet.

    Examples:
      ollama-cli prompts edit review
    """
    context: Context = ctx.obj
    path = editing.edit(context, prompt)
    if path is None:
        context.prompter.note("nothing was written")
        return
    context.prompter.report(f"wrote {path}")
    read = prompted.checked(context, str(path))
    if read.problems:
        raise prompted.refusal(read)
