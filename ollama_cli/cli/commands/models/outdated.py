"""`ollama-cli models outdated`."""

from typing import Annotated, Final, Literal

import typer

from ollama_cli.cli.options import OUTPUT_HELP, AsJson, Insecure, Registry
from ollama_cli.features.context import Runtime
from ollama_cli.features.each import for_each
from ollama_cli.features.pull import comparing
from ollama_cli.features.pull.outdated import Freshness
from ollama_cli.types.units import format_bytes
from ollama_cli.ui import export, tables
from ollama_cli.ui.streams import one_line

_HEADER: Final = ("MODEL", "STATUS", "CHANGED", "TO FETCH")
_STATUS: Final = {"current": "up to date", "local": "not in the registry"}
_NO: Final = 12


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
    output: Annotated[
        Literal["text", "json", "jsonl", "name"],
        typer.Option("--output", "-o", help=OUTPUT_HELP),
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Compare installed models with the registry, layer by layer; no model is fetched.

    With -q the exit code alone tells. A model that was made on the server from another one is
    outdated for -o name and the exit code only where it is named.

    Examples:
      ollama-cli models outdated
      ollama-cli models outdated llama3.2 -q --exit-code || echo "there is a newer one"
      ollama-cli models outdated -o name | xargs -r ollama-cli models update
    """
    cli: Runtime = ctx.obj
    cli.set_flags(registry=registry)
    chosen = comparing.choose(cli, "outdated", names or [])
    found: list[Freshness] = []

    def compare(name: str) -> None:
        found.append(comparing.compare(cli, chosen, name, insecure=insecure))

    try:
        for_each(cli, list(chosen), compare)
    finally:
        due = [each for each in found if comparing.is_due(each, is_named=bool(names))]
        _show(cli, found, due)
    if exit_code and due:
        raise typer.Exit(_NO)


def _show(cli: Runtime, found: list[Freshness], due: list[Freshness]) -> None:
    match cli.output:
        case "json":
            listed = [comparing.record(each) for each in found]
            export.show_document(cli.out, "models-outdated", {"models": listed})
        case "jsonl":
            export.show_lines(cli.out, "models-outdated", map(comparing.record, found))
        case "name":
            for each in due:
                cli.out.line(one_line(each.model))
        case _ if found and not cli.flags.quiet:
            tables.show_table(cli.out, _HEADER, [_cells(each) for each in found])


def _cells(found: Freshness) -> list[str]:
    return [
        found.model,
        "made here" if found.parent else _STATUS.get(found.status, found.status),
        ", ".join(found.changes) or (found.reason if found.status == "unknown" else "-"),
        format_bytes(found.to_fetch) if found.changes and found.to_fetch is not None else "-",
    ]
