"""`ollama-cli prompts show`."""

from typing import Annotated, Any

import typer

from ollama_cli.features.chat import prompted
from ollama_cli.features.context import Context
from ollama_cli.features.prompts import folder
from ollama_cli.features.prompts.file import PromptFile
from ollama_cli.types.text import visible
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    prompt: Annotated[
        str, typer.Argument(help="A name, or a path with a slash.", metavar="NAME|FILE")
    ],
) -> None:
    """Show a prompt file as it is, or as JSON what it holds.

    Examples:
      ollama-cli prompts show review
      ollama-cli prompts show ./review.prompt.yml -o json
    """
    context: Context = ctx.obj
    if context.output == "json":
        read = prompted.checked(context, prompt)
        if read.problems:
            raise prompted.refusal(read)
        record = _record(read.file, str(folder.find(prompt, context.environ)))
        export.show_document(context.out, "prompts-show", record)
        return
    text = folder.read(prompt, context.environ, context.stdin)
    context.out.write(visible(text) if context.out.is_terminal else text)
    if not text.endswith("\n"):
        context.out.line()


def _record(found: PromptFile, path: str) -> dict[str, Any]:
    return {
        "name": found.source,
        "path": path,
        "title": found.name,
        "description": found.description,
        "model": found.model,
        "options": prompted.options_of(found),
        "think": found.think,
        "keep_alive": found.keep_alive,
        "format": found.format,
        "extract": found.extract,
        "defaults": dict(found.defaults),
        "variables": found.variables,
        "messages": [each._asdict() for each in found.messages],
    }
