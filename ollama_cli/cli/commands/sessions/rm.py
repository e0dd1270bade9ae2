"""`ollama-cli sessions rm`."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from ollama_cli.cli import consent
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import listing, removal
from ollama_cli.features.sessions.listing import Listed
from ollama_cli.types.text import one_line
from ollama_cli.ui import export

_MOST_NAMED: Final = 5


def command(
    ctx: typer.Context,
    texts: Annotated[
        list[str],
        typer.Argument(help="Ids, their first 3 digits or more, or titles.", metavar="ID..."),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
) -> None:
    """Remove conversations, after asking, so that no byte of them is left in the file.

    Copies elsewhere, such as exports and backups, are out of reach.

    Examples:
      ollama-cli sessions rm 3f2
      ollama-cli sessions rm 3f2 "Why is the sky blue?" --dry-run
      ollama-cli sessions rm -y $(ollama-cli sessions list --filter 'old*' -o name)
    """
    context: Context = ctx.obj
    ids = {context.sessions.find(text).id for text in texts}
    chosen = [each for each in listing.sessions(context.sessions) if each.id in ids]
    remove(context, "sessions-rm", chosen, yes=yes, dry_run=dry_run)


def remove(
    context: Context, schema: str, chosen: Sequence[Listed], *, yes: bool, dry_run: bool
) -> None:
    """Remove sessions after asking, and tell what went; typer.Exit(1) for a no."""
    if dry_run:
        for each in () if context.output != "text" else chosen:
            context.out.line(one_line(f"{each.id} {each.title}"))
        _show(context, schema, chosen, freed=0, pending=False)
        if not chosen:
            context.prompter.note("no session would be removed")
        return
    named = ", ".join(f"{each.id} ({each.title})" for each in chosen[:_MOST_NAMED])
    more = f" and {len(chosen) - _MOST_NAMED} more" if len(chosen) > _MOST_NAMED else ""
    question = one_line(f"remove {named}{more}?")
    if chosen and not yes:
        consent.require(context, question, else_told="nothing was removed")
    done = removal.remove(context.sessions, chosen)
    _show(context, schema, done.removed, freed=done.freed, pending=bool(done.pending))
    context.prompter.report(removal.sentence(done))
    if done.pending:
        context.prompter.note(f"{done.pending}: the rest follows at the next start")
    elif done.removed:
        of = "it" if len(done.removed) == 1 else "them"
        context.prompter.note(f"what backups and exports hold of {of} is out of reach")


def _show(
    context: Context, schema: str, removed: Sequence[Listed], *, freed: int, pending: bool
) -> None:
    records = [
        {"id": each.id, "title": each.title, "messages": each.messages, "bytes": each.bytes}
        for each in removed
    ]
    record = {"removed": records, "freed": freed, "pending": pending}
    export.show_record(context.out, context.output, schema, record)
