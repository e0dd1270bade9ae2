"""`ollama-cli models list`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final, Literal

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.models.filters import check_known, compile_all, key_of, now
from ollama_cli.types.models import ModelSummary, short_id
from ollama_cli.types.tables import Table
from ollama_cli.types.units import format_ago, format_bytes
from ollama_cli.ui import export, tables
from ollama_cli.ui.export import show_listing

_COLUMNS: Final = {
    "NAME": "name",
    "ID": "digest",
    "SIZE": "size",
    "PARAMETERS": "parameter_size",
    "QUANTIZATION": "quantization",
    "CAPABILITIES": "capabilities",
    "MODIFIED": "modified_at",
}
_SPARE: Final = ("CAPABILITIES", "QUANTIZATION", "PARAMETERS", "ID", "MODIFIED")


def command(
    ctx: typer.Context,
    sort: Annotated[
        Literal["name", "size", "modified"] | None,
        typer.Option(help="Order; modified: newest first."),
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order around.")] = False,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="EXPR", help="Only these; repeatable, all must hold."),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Forget the names that were seen before.")
    ] = False,
) -> None:
    """List the installed models.

    EXPR is a glob on the name, or size>5GB, modified<30d, capability=vision, family=llama. What the
    server does not tell of any model cannot be filtered or sorted by.

    The server is always asked. Its answer renews the names that completion and "did you mean" know
    for five minutes; with --refresh they are gone also where no answer comes.

    Examples:
      ollama-cli models list --sort size
      ollama-cli models list --filter 'llama*' -o name
      ollama-cli models list --filter 'modified<7d' -o json
    """
    context: Context = ctx.obj
    if refresh:
        context.servers.forget_installed()
    chosen = compile_all(filters or [], now())
    if context.output == "raw":
        export.show_raw(context.out, context.servers.capability_provider().list_models_bytes())
        return
    installed = context.servers.installed(in_full=True)
    keys = [*filter(None, map(key_of, filters or []))]
    if "capability" in keys:
        installed = [_with_capabilities(context, model) for model in installed]
    for key in dict.fromkeys([*keys, sort or "name"]):
        check_known(key, installed)
    models = _sorted([model for model in installed if chosen(model)], sort or "modified")
    if reverse:
        models.reverse()
    table = Table(_COLUMNS, [_cells(model) for model in models], _SPARE)
    empty = ModelSummary(name="")
    if show_listing(context.out, context.output, "models-list", models, empty, table):
        return
    tables.show(context.out, table)
    if not models:
        context.prompter.note("no model matches" if installed else "no model is installed")


def _with_capabilities(context: Context, model: ModelSummary) -> ModelSummary:
    """Ask for the capabilities, which Ollama before 0.30 does not list; others tell none."""
    if context.servers.capability_provider().provider_type != "ollama":
        return model
    return replace(model, capabilities=context.servers.ollama().capabilities_of(model))


def _sorted(models: Sequence[ModelSummary], by: str) -> list[ModelSummary]:
    ordered = sorted(models, key=lambda model: model.name.lower())
    if by == "size":
        ordered.sort(key=lambda model: model.size or 0, reverse=True)
    if by == "modified":
        ordered.sort(key=lambda model: model.modified_at or "", reverse=True)
    return ordered


def _cells(model: ModelSummary) -> list[str]:
    size = "-" if model.is_remote or model.size is None else format_bytes(model.size)
    where = f" (on {model.remote_host})" if model.is_remote else ""
    return [
        model.name + where,
        short_id(model.digest) or "-",
        size,
        model.parameter_size or "-",
        model.quantization or "-",
        ",".join(model.capabilities or ()) or "-",
        format_ago(model.modified_at, now()),
    ]
