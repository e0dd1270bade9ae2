"""`ollama-cli sessions list`."""

from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.sessions import listing
from ollama_cli.features.sessions.listing import Listed
from ollama_cli.types.tables import Table
from ollama_cli.types.units import format_ago, format_bytes
from ollama_cli.ui import export, tables

_COLUMNS: Final = {
    "ID": "id",
    "TITLE": "title",
    "MODEL": "model",
    "MESSAGES": "messages",
    "SIZE": "bytes",
    "USED": "updated_at",
}
_SPARE: Final = ("SIZE", "MESSAGES", "MODEL")


def command(
    ctx: typer.Context,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the N used last.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="M", help="Only those with this model.")
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="EXPR", help="Only these; repeatable, all must hold."),
    ] = None,
) -> None:
    """List the conversations that are kept, the last used first.

    EXPR is a glob on the title, or updated<7d, created>30d, messages>10, branches>1, size>1MB,
    prompt_tokens>1000, completion_tokens>1000, id=3f*, model=llama*.

    Examples:
      ollama-cli sessions list --limit 5
      ollama-cli sessions list --filter '*sky*' --filter 'updated<30d'
      ollama-cli sessions list -m llama3.2 -o name
    """
    context: Context = ctx.obj
    expressions = [*(filters or []), *([f"model={model}"] if model else [])]
    now = datetime.now(UTC)
    matches = listing.compile_all(expressions, now)
    kept = listing.sessions(context.sessions)
    found = [each for each in kept if matches(each)][:limit]
    records = [asdict(each) for each in found]
    table = Table(_COLUMNS, [_cells(each, now) for each in found], _SPARE)
    match context.output:
        case "json":
            listed = {"sessions": records}
            export.show_document(context.out, "sessions-list", listed, table=table)
        case "jsonl":
            export.show_lines(context.out, "sessions-list", records)
        case "csv":
            header = [each.name for each in fields(Listed)]
            export.show_csv(context.out, header, [[*each.values()] for each in records])
        case "name":
            for each in found:
                context.out.line(each.id)
        case _:
            tables.show(context.out, table)
            if not found:
                context.prompter.note("no session matches" if kept else "no session is kept yet")


def _cells(listed: Listed, now: datetime) -> list[str]:
    branches = f" in {listed.branches} branches" if listed.branches > 1 else ""
    return [
        listed.id,
        listed.title or "-",
        listed.model or "-",
        f"{listed.messages}{branches}",
        format_bytes(listed.bytes),
        format_ago(listed.updated_at, now),
    ]
