"""`ollama-cli sessions show`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from ollama_cli.cli.options import SessionId
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import formats
from ollama_cli.types.sessions import Message, Session
from ollama_cli.types.units import format_ago
from ollama_cli.ui import export
from ollama_cli.ui.conversations import show_message, show_text

_SCHEMA: Final = "sessions-show"


def command(
    ctx: typer.Context,
    text: SessionId,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="Also what does not lead to the last message.")
    ] = False,
    thinking: Annotated[
        bool, typer.Option("--thinking", help="Also what the model thought; JSON always holds it.")
    ] = False,
) -> None:
    """Show a conversation, each message with its number.

    Examples:
      ollama-cli sessions show 3f2
      ollama-cli sessions show 3f2 --all-branches
      ollama-cli sessions show "Why is the sky blue?" -o json
    """
    context: Context = ctx.obj
    session = context.sessions.find(text)
    messages = context.sessions.messages(session.id)
    document = formats.document(session, messages, all_branches=all_branches)
    match context.output:
        case "json":
            export.show_document(context.out, _SCHEMA, document, answer=document)
        case "jsonl":
            records = [{**export.schema(_SCHEMA), **document["session"]}, *document["messages"]]
            for record in records:
                export.show_line(context.out, record, answer=record)
        case _:
            _show(context, session, messages, all_branches=all_branches, thinking=thinking)


def _show(
    context: Context,
    session: Session,
    messages: Sequence[Message],
    *,
    all_branches: bool,
    thinking: bool,
) -> None:
    now = datetime.now(UTC)
    used = f"used {format_ago(session.updated_at, now)}"
    facts = [session.id, session.title, session.model or "", used]
    show_text(context.out, " · ".join(filter(None, facts)), "")
    if session.system:
        show_text(context.out, "system", session.system)
    active = formats.active_ids(session, messages)
    before: int | None = None
    for each in messages:
        if all_branches or each.id in active:
            aside = [] if each.parent == before else [f"after [{each.parent or 'the start'}]"]
            aside += [] if each.id in active else ["another branch"]
            show_message(context.out, each, now, thinking=thinking, aside=aside)
            before = each.id
