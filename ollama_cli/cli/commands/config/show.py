"""`ollama-cli config show`."""

from typing import Annotated, Final, Literal

import typer

from ollama_cli.cli.options import OUTPUT_HELP, AsJson
from ollama_cli.config.settings import write
from ollama_cli.config.settings_table import SETTINGS
from ollama_cli.features.context import Runtime
from ollama_cli.types.urls import redact
from ollama_cli.ui import export, tables

_HEADER: Final = ("SETTING", "VALUE", "ORIGIN")


def command(
    ctx: typer.Context,
    output: Annotated[
        Literal["text", "json"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Show every setting, its value, and where the value comes from.

    Examples:
      ollama-cli config show
      ollama-cli --host 10.0.0.7 config show
    """
    cli: Runtime = ctx.obj
    shown = {name: _shown(getattr(cli.settings, name)) for name in SETTINGS}
    origins = cli.settings.origins
    if cli.output == "json":
        settings = {name: {"value": v, "origin": origins[name]} for name, v in shown.items()}
        export.show_document(cli.out, "config-show", {"settings": settings})
        return
    rows = [[name, "-" if v is None else write(v), origins[name]] for name, v in shown.items()]
    tables.show_wrapped(cli.out, _HEADER, rows)


def _shown(value: object) -> object:
    return redact(value) if isinstance(value, str) else value
