"""`ollama-cli models outdated`."""

from typing import Annotated, Final

import typer

from ollama_cli.cli.options import Insecure, Registry
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.pull import outdated
from ollama_cli.features.pull.outdated import Freshness
from ollama_cli.types.tables import Table
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes
from ollama_cli.ui import export, tables

_COLUMNS: Final = {
    "MODEL": "model",
    "STATUS": "status",
    "CHANGED": "changes",
    "TO FETCH": "to_fetch",
}
_STATUS: Final = {"current": "up to date", "local": "not in the registry"}
_EXIT_NO: Final = 12


def command(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Models; all without one.", metavar="[NAME]...")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 12 where a model is outdated.")
    ] = False,
    insecure: Insecure = False,
    registry: Registry = None,
) -> None:
    """Compare installed models with the registry, layer by layer; no model is fetched.

    With -q the exit code alone tells. A model that was made on the server from another one is
    outdated for -o name and the exit code only where it is named.

    Examples:
      ollama-cli models outdated
      ollama-cli models outdated llama3.2 -q --exit-code || echo "a newer one"
      ollama-cli models outdated -o name | xargs -r ollama-cli models update
    """
    context: Context = ctx.obj
    context.set_flags(registry=registry)
    chosen = outdated.choose(context, "outdated", [context.named(name) for name in names or []])
    found: list[Freshness] = []

    def compare(name: str) -> None:
        found.append(outdated.compare_chosen(context, chosen, name, insecure=insecure))

    try:
        for_each(context, list(chosen), compare)
    finally:
        due = [each for each in found if outdated.is_due(each, is_named=bool(names))]
        _show(context, found, due)
    if exit_code and due:
        raise typer.Exit(_EXIT_NO)


def _show(context: Context, found: list[Freshness], due: list[Freshness]) -> None:
    table = Table(_COLUMNS, [_cells(each) for each in found])
    match context.output:
        case "json":
            listed = {"models": [outdated.record(each) for each in found]}
            export.show_document(context.out, "models-outdated", listed, table=table)
        case "jsonl":
            export.show_lines(context.out, "models-outdated", map(outdated.record, found))
        case "name":
            for each in due:
                context.out.line(one_line(each.model))
        case _ if found and not context.flags.quiet:
            tables.show(context.out, table)


def _cells(found: Freshness) -> list[str]:
    return [
        found.model,
        "made here" if found.parent else _STATUS.get(found.status, found.status),
        ", ".join(found.changes) or (found.reason if found.status == "unknown" else "-"),
        format_bytes(found.to_fetch) if found.changes and found.to_fetch is not None else "-",
    ]
