"""`ollama-cli run`: `chat` with the words of `ollama run`."""

from typing import Annotated

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.features.chat.talk import talk


def command(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Which model to use.", metavar="MODEL")],
    prompt: Annotated[
        list[str] | None, typer.Argument(help="What to ask.", metavar="PROMPT...")
    ] = None,
    *,
    options: Options,
) -> None:
    """Chat with a model, as `ollama run` does.

    Examples:
      ollama-cli run llama3.2
      ollama-cli run llama3.2 "why is the sky blue?"
    """
    if prompt and (options.file or options.image):
        from ollama_cli.features.chat.globs import refuse_glob  # noqa: PLC0415  files alone: 1 ms

        refuse_glob(prompt[0], options.file, options.image)
    talk(ctx.obj, " ".join(prompt) if prompt else None, model, options)
