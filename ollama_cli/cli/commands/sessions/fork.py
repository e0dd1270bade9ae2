"""`ollama-cli sessions fork`."""

from typing import Annotated

import typer

from ollama_cli.cli.options import SessionId
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import formats
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    text: SessionId,
    at: Annotated[
        int | None,
        typer.Option("--at", metavar="N", help="Up to the message [N] of `sessions show`."),
    ] = None,
) -> None:
    """Copy a conversation into a new one, and print its id.

    What leads to the last message is copied, or to the one that --at names, also on another branch.

    Examples:
      ollama-cli sessions fork 3f2
      ollama-cli sessions fork 3f2 --at 12
    """
    context: Context = ctx.obj
    store = context.sessions
    copy = store.fork(store.find(text).id, at=at)
    record = formats.session_record(copy, store.messages(copy.id))
    if not export.show_record(context.out, context.output, "sessions-fork", {"session": record}):
        context.out.line(copy.id)
