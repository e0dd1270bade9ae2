"""`ollama-cli sessions import`."""  # noqa: N999  the word that the user types

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.sessions.imports import saved_model, sources
from ollama_cli.features.sessions.imports.found import Found
from ollama_cli.features.sessions.imports.merge import Outcome, merge
from ollama_cli.types.text import one_line
from ollama_cli.types.units import counted
from ollama_cli.ui import export


def command(
    ctx: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE|-", help="What to import; - is stdin.")
    ] = None,
    kind: Annotated[
        Literal["auto", "jsonl", "llm", "ollama-app"],
        typer.Option("--from", help="What the file is, if it does not tell."),
    ] = "auto",
    model: Annotated[
        str | None,
        typer.Option("--from-model", metavar="NAME", help="What `/save` put into a model."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be imported.")
    ] = False,
) -> None:
    """Import sessions: our own JSON lines, llm's logs.db, the db.sqlite of Ollama's application.

    What was imported before is skipped, and what is new in it is added; the source is only read.
    All of it is imported, or nothing.

    Examples:
      ollama-cli sessions import talks.jsonl
      ollama-cli sessions import "$(llm logs path)" --dry-run
      ollama-cli sessions import "$HOME"/Library/Application*/Ollama/db.sqlite
      ollama-cli sessions import --from-model my-talk
    """
    context: Context = ctx.obj
    outcome = merge(context.sessions, _found(context, file, kind, model), is_dry=dry_run)
    sessions = [asdict(each) for each in outcome.imported]
    match context.output:
        case "json":
            counts = {"imported": len(sessions), "skipped": outcome.skipped}
            payload = {**counts, "sessions": sessions}
            export.show_document(context.out, "sessions-import", payload, answer={"sessions"})
        case "jsonl":
            export.show_lines(context.out, "sessions-import", sessions)
        case _:
            _show(context, outcome, is_dry=dry_run)
    if outcome.left_out:
        files = counted(outcome.left_out, "attachment")
        context.prompter.warn(f"{files} left out: the source does not hold them any more")


def _found(
    context: Context, file: str | None, kind: sources.Kind, model: str | None
) -> Iterable[Found]:
    if (file is None) == (model is None):
        raise UsageError("name what to import: FILE, -, or --from-model NAME")
    if file is not None:
        return sources.read(file, kind, context.stdin)
    if kind != "auto":
        raise UsageError("--from is for a file, --from-model for a model")
    server = context.servers.native("sessions import --from-model")
    return [saved_model.read(server.show(context.named(model or "")), server.base_url)]


def _show(context: Context, outcome: Outcome, *, is_dry: bool) -> None:
    for each in outcome.imported:
        size = counted(each.messages, "message")
        context.out.line(one_line(f"{each.id or '-':12}  {each.title or '-'} ({size})"))
    count = counted(len(outcome.imported), "session")
    done = f"would import {count}" if is_dry else f"imported {count}"
    known = f"; {outcome.skipped} skipped: nothing in them is new" if outcome.skipped else ""
    context.prompter.report(f"{done}{known}")
