"""`ollama-cli sessions search`."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import typer

from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.sessions import search
from ollama_cli.features.sessions.search import Hit
from ollama_cli.types.measures import read_age
from ollama_cli.types.text import one_line
from ollama_cli.types.times import read_time
from ollama_cli.types.units import format_ago
from ollama_cli.ui import export
from ollama_cli.ui.conversations import show_found
from ollama_cli.ui.streams import OutStream

_SCHEMA: Final = "sessions-search"
_EXIT_NO: Final = 12


def command(
    ctx: typer.Context,
    texts: Annotated[list[str], typer.Argument(help="Words that all occur.", metavar="TEXT...")],
    session: Annotated[
        str | None, typer.Option("--in", metavar="ID", help="Only in this conversation.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Not older: 30d, 12h, or a date.")
    ] = None,
    role: Annotated[
        Literal["user", "assistant", "system", "tool"] | None,
        typer.Option(help="Only what this side wrote."),
    ] = None,
    sort: Annotated[Literal["best", "newest"], typer.Option(help="What stands first.")] = "best",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Only so many.")] = 20,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 12 where nothing is found.")
    ] = False,
) -> None:
    """Find what was said: messages in which all words occur, in any case.

    A phrase stands in "double quotes" (which the shell must leave), the beginning of a word ends in
    a star, also in quotes for the shell.

    Examples:
      ollama-cli sessions search sky 'refract*'
      ollama-cli sessions search '"blue sky"' --role user --since 30d
      ollama-cli sessions search sky -o json --exit-code
    """
    context: Context = ctx.obj
    query = search.parse(" ".join(texts))
    now = datetime.now(UTC)
    hits = search.search(
        context.sessions,
        query,
        session_id=None if session is None else context.sessions.find(session).id,
        since=None if since is None else _read_time(since, now),
        role=role,
        order=sort,
        limit=limit,
    )
    records = [asdict(hit) for hit in hits]
    match context.output:
        case "json":
            export.show_document(context.out, _SCHEMA, {"hits": records}, answer={"hits"})
        case "jsonl":
            for number, record in enumerate(records):
                head = {} if number else export.schema(_SCHEMA)
                export.show_line(context.out, {**head, **record}, answer=record)
        case _:
            for hit in hits:
                _show(context.out, hit, now)
            if not hits:
                context.prompter.note("nothing is found")
    if exit_code and not hits:
        raise typer.Exit(_EXIT_NO)


def _read_time(text: str, now: datetime) -> datetime:
    """Read an age, or a date with or without a time, which is in UTC if it names no zone."""
    when = read_time(text)
    if when is not None:
        return when
    try:
        return now - read_age(text)
    except OverflowError:  # before all times
        return datetime.min.replace(tzinfo=UTC)
    except UsageError as error:
        raise UsageError(f"--since: {text!r} is neither an age such as 30d nor a date") from error


def _show(out: OutStream, hit: Hit, now: datetime) -> None:
    facts = (hit.session, hit.title, f"[{hit.message}] {hit.role}", format_ago(hit.created_at, now))
    out.line(one_line(" · ".join(filter(None, facts))))
    show_found(out, hit.snippet, hit.ranges)
