"""`ollama-cli chat`."""

from typing import Annotated

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.cli.options import Model
from ollama_cli.features.chat.talk import talk


def command(
    ctx: typer.Context,
    prompt: Annotated[str | None, typer.Argument(help="What to ask.", metavar="PROMPT")] = None,
    model: Model = None,
    *,
    options: Options,
    accessible: Annotated[
        bool,
        typer.Option("--accessible", help="For screen readers: nothing moves, nothing is drawn."),
    ] = False,
) -> None:
    """Answer a prompt; without one, on a terminal, hold a conversation.

    The answer goes to stdout as it comes, thinking and everything else to stderr.

    Examples:
      ollama-cli chat "why is the sky blue?"
      ollama-cli chat -m llama3.2 -f report.txt "summarise"
      ollama-cli chat
    """
    ctx.obj.set_flags(accessible=accessible or None)
    talk(ctx.obj, prompt, model, options)
