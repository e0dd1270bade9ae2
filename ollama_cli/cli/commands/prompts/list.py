"""`ollama-cli prompts list`."""

from dataclasses import asdict
from typing import Final

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.prompts import listing
from ollama_cli.types.tables import Table
from ollama_cli.types.text import one_line
from ollama_cli.ui import export, tables

_COLUMNS: Final = {
    "NAME": "name",
    "VARIABLES": "variables",
    "MODEL": "model",
    "DESCRIPTION": "description",
}


def command(ctx: typer.Context) -> None:
    """List the prompts that have a name, with the variables that they need.

    Examples:
      ollama-cli prompts list
      ollama-cli prompts list -o name
    """
    context: Context = ctx.obj
    found = listing.listed(context.environ)
    records = [asdict(each) for each in found]
    table = Table(_COLUMNS, [_cells(each) for each in found], wraps=True)
    match context.output:
        case "json":
            export.show_document(context.out, "prompts-list", {"prompts": records}, table=table)
        case "jsonl":
            export.show_lines(context.out, "prompts-list", records)
        case "csv":
            rows = [
                [*(each | {"variables": " ".join(each["variables"])}).values()] for each in records
            ]
            export.show_csv(context.out, listing.FIELDS, rows)
        case "name":
            for each in found:
                context.out.line(one_line(each.name))
        case _:
            tables.show(context.out, table)
            if not found:
                context.prompter.note("no prompt has a name yet: `ollama-cli prompts edit NAME`")


def _cells(each: listing.Listed) -> list[str]:
    told = each.problem or each.description or each.title
    return [each.name, " ".join(each.variables) or "-", each.model or "-", told or "-"]
