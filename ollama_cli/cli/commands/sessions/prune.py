"""`ollama-cli sessions prune`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from ollama_cli.cli.commands.sessions.rm import remove
from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import listing
from ollama_cli.features.sessions.listing import age_of
from ollama_cli.types.measures import read_age, read_size


def command(
    ctx: typer.Context,
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Those not used for so long: 90d, 12h.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="All but the N used last.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Those without messages.")] = False,
    larger: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Those that hold more: 10MB.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
) -> None:
    """Remove the conversations that meet all that is given, after asking.

    No byte of them is left in the file. Copies elsewhere, such as exports and backups, are out of
    reach. The setting keep_sessions = "90d" does it by itself, when a conversation starts.

    Examples:
      ollama-cli sessions prune --older-than 90d --dry-run
      ollama-cli sessions prune --keep 100 --larger 10MB
      ollama-cli sessions prune --empty --yes
    """
    context: Context = ctx.obj
    if older_than is None and keep is None and larger is None and not empty:
        raise UsageError(
            "nothing says what to remove", hint="use --older-than, --keep, --empty or --larger"
        )
    oldest = None if older_than is None else read_age(older_than)
    largest = None if larger is None else read_size(larger)
    now = datetime.now(UTC)
    chosen = [
        each
        for each in listing.sessions(context.sessions)[keep or 0 :]
        if (oldest is None or age_of(each, now) > oldest)
        and (largest is None or each.bytes > largest)
        and not (empty and each.messages)
    ]
    remove(context, "sessions-prune", chosen, yes=yes, dry_run=dry_run)
