"""`ollama-cli models history`."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from ollama_cli.cli import consent
from ollama_cli.features.context import Context
from ollama_cli.features.models.filters import now
from ollama_cli.features.pull import history
from ollama_cli.features.pull.history import History, Pull
from ollama_cli.system import paths
from ollama_cli.types.tables import Table
from ollama_cli.types.units import format_ago, format_bytes, format_duration
from ollama_cli.ui import export, tables

_COLUMNS: Final = {
    "MODEL": "model",
    "BEGUN": "started_at",
    "RESULT": "result",
    "FETCHED": "bytes",
    "TIME": "seconds",
    "RESTARTS": "restarts",
    "HOST": "host",
    "ERROR": "error",
}
_SPARE: Final = ("HOST", "RESTARTS", "TIME", "FETCHED")


def command(
    ctx: typer.Context,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Only what was begun and is not whole yet.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the newest N.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget all of it, after asking.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """List what was pulled from this machine, the newest first: when, how much, how it ended.

    --unfinished lists what is not whole yet: its process died, it was interrupted or failed on the
    way, and no later pull made it good. Nothing is written down while the setting `history` is
    false.

    Examples:
      ollama-cli models history
      ollama-cli models history --unfinished
      ollama-cli models history --limit 5 -o json
      ollama-cli models history --clear
    """
    context: Context = ctx.obj
    path = paths.history_path()
    past = History(path) if path else None
    if clear:
        _clear(context, past, confirmed=yes)
        return
    pulls = past.pulls() if past else []
    shown = (history.unfinished(pulls) if unfinished else pulls)[:limit]
    records = [asdict(pull) for pull in shown]
    table = Table(_COLUMNS, [_cells(pull) for pull in shown], _SPARE)
    match context.output:
        case "json":
            export.show_document(context.out, "models-history", {"pulls": records}, table=table)
        case "jsonl":
            export.show_lines(context.out, "models-history", records)
        case _:
            tables.show(context.out, table)
            if not shown:
                context.prompter.note(
                    "no pull is unfinished" if pulls else "no pull was written down yet"
                )
            if not context.settings.history:
                origin = context.settings.origins["history"]
                context.prompter.note(
                    f"pulls are not written down: history is false (from {origin})"
                )
            elif path is None:
                context.prompter.note("pulls are not written down: there is no home folder")


def _clear(context: Context, past: History | None, *, confirmed: bool) -> None:
    if not confirmed:
        consent.require(context, "forget all pulls?", else_told="nothing was forgotten")
    count = past.clear() if past else 0
    context.prompter.report(f"forgot {count} {'pull' if count == 1 else 'pulls'}")


def _cells(pull: Pull) -> list[str]:
    return [
        pull.model,
        format_ago(pull.started_at, now()),
        pull.result,
        "-" if pull.bytes is None else format_bytes(pull.bytes),
        "-" if pull.seconds is None else format_duration(pull.seconds),
        "-" if pull.restarts is None else str(pull.restarts),
        pull.host,
        pull.error or "",
    ]
