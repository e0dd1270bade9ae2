"""`ollama-cli run`: `chat` with the words of `ollama run`."""

from typing import Annotated, Final

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.errors import UsageError
from ollama_cli.features.chat.talk import talk
from ollama_cli.features.context import Context
from ollama_cli.types.requests import EmbedRequest

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp")


def command(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Which model to use.", metavar="MODEL")],
    prompt: Annotated[
        list[str] | None, typer.Argument(help="What to ask.", metavar="PROMPT...")
    ] = None,
    hidethinking: Annotated[
        bool, typer.Option("--hidethinking", help="Do not show the thinking.")
    ] = False,
    nowordwrap: Annotated[
        bool, typer.Option("--nowordwrap", help="Leave lines as they are: no Markdown, no wrap.")
    ] = False,
    keepalive: Annotated[
        str | None, typer.Option(metavar="DURATION", help="The same as --keep-alive.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Pull a missing model by plain http, too.")
    ] = False,
    dimensions: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Length of an embedding model's vector.")
    ] = None,
    *,
    options: Options,
) -> None:
    """Chat with a model, as `ollama run` does; an embedding model prints a vector.

    A picture that the prompt names by its path (./cat.png) is sent along. With --verbose or -v the
    statistics of the answer follow it, as with --stats; a second -v logs requests.

    Examples:
      ollama-cli run llama3.2
      ollama-cli run llama3.2 "why is the sky blue?"
      ollama-cli run nomic-embed-text "a river" --dimensions 256
    """
    context: Context = ctx.obj
    if keepalive is not None and options.keep_alive is not None:
        raise UsageError("--keepalive and --keep-alive are one option: give one of them")
    if prompt and (options.file or options.image):
        from ollama_cli.features.chat.globs import refuse_glob  # noqa: PLC0415  files alone: 1 ms

        refuse_glob(prompt[0], options.file, options.image)
    context.pulls_insecure = insecure
    options = options._replace(
        keep_alive=options.keep_alive if keepalive is None else keepalive,
        hide_thinking=hidethinking,
        wrap=not nowordwrap,
        stats=options.stats or context.flags.verbose > 0,
    )
    context.flags = context.flags._replace(verbose=max(0, context.flags.verbose - 1))
    text = " ".join(prompt) if prompt else None
    if text and any(ending in text.lower() for ending in _PICTURES):
        from ollama_cli.features.chat.pictures import take_pictures  # noqa: PLC0415  hardly ever: 1 ms

        text, pictures = take_pictures(context, model, text)
        options = options._replace(image=[*(options.image or []), *pictures] or None)
    vector = EmbedRequest(model=model, dimensions=dimensions, truncate=options.truncate)
    talk(context, text, model, options, vector)
