"""`ollama-cli sessions rename`."""

from typing import Annotated

import typer

from ollama_cli.cli.options import SessionId
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import formats, titles
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    text: SessionId,
    title: Annotated[str, typer.Argument(help="The new title.", metavar="TITLE")],
) -> None:
    """Give a conversation another title.

    Examples:
      ollama-cli sessions rename 3f2 "Colours of the sky"
    """
    context: Context = ctx.obj
    session = context.sessions.find(text)
    cleaned = titles.cleaned(title)
    if not cleaned:
        raise UsageError("the title is empty", hint="is a variable in it unset?")
    store = context.sessions
    store.change(session.id, title=cleaned)
    context.prompter.report(f"renamed {session.id} to {cleaned!r}")
    record = formats.session_record(store.session(session.id), store.messages(session.id))
    export.show_record(context.out, context.output, "sessions-rename", {"session": record})
