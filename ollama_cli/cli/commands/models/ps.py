"""`ollama-cli models ps`."""

from typing import Final

import typer

from ollama_cli.features.context import Context
from ollama_cli.features.models import filters
from ollama_cli.types.model_details import RunningModel
from ollama_cli.types.models import short_id
from ollama_cli.types.tables import Table
from ollama_cli.types.units import format_ago, format_bytes
from ollama_cli.ui import export, tables
from ollama_cli.ui.export import show_listing

_COLUMNS: Final = {
    "NAME": "name",
    "ID": "digest",
    "SIZE": "size",
    "PROCESSOR": "size_vram",
    "CONTEXT": "context_length",
    "UNTIL": "expires_at",
}
_SPARE: Final = ("ID", "CONTEXT", "PROCESSOR")


def command(
    ctx: typer.Context,
) -> None:
    """List the models in memory.

    Examples:
      ollama-cli models ps
      ollama-cli ps -o name | xargs -r ollama-cli stop
    """
    context: Context = ctx.obj
    if context.output == "raw":
        export.show_raw(context.out, context.servers.native("ps").running_models_bytes())
        return
    models = context.servers.native("ps").running_models()
    table = Table(_COLUMNS, [_cells(model) for model in models], _SPARE)
    empty = RunningModel(name="")
    if not show_listing(context.out, context.output, "models-ps", models, empty, table):
        tables.show(context.out, table)
        if not models:
            context.prompter.note("no model is in memory")


def _cells(model: RunningModel) -> list[str]:
    until = format_ago(model.expires_at, filters.now())
    return [
        model.name,
        short_id(model.digest) or "-",
        "-" if model.size is None else format_bytes(model.size),
        _processor(model.size or 0, model.size_vram or 0),
        "-" if model.context_length is None else str(model.context_length),
        "stopping" if until.endswith("ago") else until,
    ]


def _processor(size: int, on_gpu: int) -> str:
    """Return where a model runs, in the words of `ollama ps`."""
    if size == 0 or on_gpu > size:
        return "unknown"
    if on_gpu == 0:
        return "100% CPU"
    if on_gpu == size:
        return "100% GPU"
    cpu = round((size - on_gpu) / size * 100)
    return f"{cpu}%/{100 - cpu}% CPU/GPU"
