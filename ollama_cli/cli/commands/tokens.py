"""`ollama-cli tokens`."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ollama_cli.cli.options import AutoPull, Model, NoStdin
from ollama_cli.errors import UsageError
from ollama_cli.features.chat import tokens
from ollama_cli.features.chat.answer import with_spinner
from ollama_cli.features.chat.tokens import Named
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.pull import auto
from ollama_cli.ui import inputs, token_counts


def command(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="Texts to count.", metavar="TEXT...")
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option("--file", "-f", metavar="PATH|-", help="Count a file; repeatable."),
    ] = None,
    model: Model = None,
    chat: Annotated[
        bool,
        typer.Option("--chat", help="Count each as a question: with template and system prompt."),
    ] = False,
    auto_pull: AutoPull = None,
    no_stdin: NoStdin = False,
) -> None:
    """Count the tokens of texts as a model reads them, and what of its context they take.

    The server counts them, and loads the model for it; its context stays as it is. A number with a
    ~ was added up from pieces, as the text does not fit into the context.

    Examples:
      ollama-cli tokens -f report.txt
      ollama-cli tokens "why is the sky blue?" --chat -m llama3.2
      git diff | ollama-cli tokens -o json
    """
    context: Context = ctx.obj
    auto.set_auto_pull(context, auto_pull)
    texts = list(_texts(context, text or [], file or [], use_stdin=not no_stdin))
    if not texts:
        raise UsageError(
            "there is no text", hint="give some: as arguments, with -f FILE, or through a pipe"
        )
    context.servers.native("tokens")
    name = choose.chat_model(context, model)
    auto.call_with_pull(context, name, partial(capabilities.check, context, name))
    ask = partial(tokens.counted, context, name, texts, as_message=chat)
    counts = auto.stream_with_pull(context, name, ask)
    token_counts.show(context.out, context.output, name, with_spinner(context, counts, name))


def _texts(
    context: Context, arguments: list[str], files: list[str], *, use_stdin: bool
) -> Iterator[Named]:
    """Yield all texts; an empty one counts too, but for a pipe beside others."""
    if arguments and files:
        from ollama_cli.features.chat.globs import refuse_glob  # noqa: PLC0415  files alone: 1 ms

        refuse_glob(arguments[0], files)
    if files.count(inputs.STDIN) > 1:
        raise UsageError("`-` is named twice, and standard input can be read once")
    for number, each in enumerate(arguments, 1):
        if _is_file(each):
            context.prompter.note(f"{each} is counted as a text; to count the file: -f {each}")
        yield Named(f"text {number}", each)
    for path in files:
        yield Named(path, inputs.read_text(path, context.stdin))
    if use_stdin and context.stdin.implicit and inputs.STDIN not in files:
        note = context.prompter.note_waiting
        piped = inputs.decode_text(context.stdin.read(note), inputs.PIPED)
        if piped or not (arguments or files):
            yield Named(inputs.STDIN, piped)


def _is_file(text: str) -> bool:
    with suppress(OSError):  # too long for a name, say
        return Path(text).is_file()
    return False
