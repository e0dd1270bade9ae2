"""`ollama-cli prompts rm`."""

from typing import Annotated

import typer

from ollama_cli.cli import consent
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.prompts import folder
from ollama_cli.types.text import one_line


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str], typer.Argument(help="Prompts that have a name.", metavar="PROMPT-NAME...")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove prompts that have a name, after asking.

    Examples:
      ollama-cli prompts rm review
      ollama-cli prompts rm review translate --yes
    """
    context: Context = ctx.obj
    if paths := [name for name in names if folder.is_path(name)]:
        raise UsageError(f"{paths[0]} is a file, and no name of a prompt", hint="use rm")
    chosen = {name: folder.find(name, context.environ) for name in names}
    question = one_line(f"remove {', '.join(chosen)}?")
    if not yes:
        consent.require(context, question, else_told="nothing was removed")

    def remove(name: str) -> None:
        folder.remove(chosen[name])
        context.prompter.report(f"removed {name}")

    for_each(context, list(chosen), remove)
