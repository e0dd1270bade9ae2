"""`ollama-cli config show`."""

from typing import Any, Final

import typer

from ollama_cli.config.resolve import write
from ollama_cli.config.settings import SETTINGS
from ollama_cli.features.context import Context
from ollama_cli.types.secrets import redact
from ollama_cli.ui import export, tables

_HEADER: Final = ("SETTING", "VALUE", "ORIGIN")


def command(
    ctx: typer.Context,
) -> None:
    """Show every setting, its value, and where the value comes from.

    Examples:
      ollama-cli config show
      ollama-cli --host 10.0.0.7 config show
    """
    context: Context = ctx.obj
    shown = {name: _shown(getattr(context.settings, name)) for name in SETTINGS}
    origins = context.settings.origins
    if context.output == "json":
        settings = {name: {"value": v, "origin": origins[name]} for name, v in shown.items()}
        document = {
            "settings": settings,
            "models": _models(context),
            "openai_url": redact(context.settings.openai_url),
        }
        export.show_document(context.out, "config-show", document)
        return
    rows = [[name, "-" if v is None else write(v), origins[name]] for name, v in shown.items()]
    rows.insert(1, ["openai_url", redact(context.settings.openai_url), "host"])
    rows += [
        [f"{key} of {name}", write(each["value"]), each["origin"]]
        for name, values in _models(context).items()
        for key, each in values.items()
    ]
    tables.show_wrapped(context.out, _HEADER, rows)


def _models(context: Context) -> dict[str, dict[str, Any]]:
    """Return what is set for single models, by their names."""
    return {
        model: {name: {"value": _shown(v), "origin": origin} for name, (v, origin) in own.items()}
        for model, own in context.settings.models.items()
    }


def _shown(value: object) -> object:
    return redact(value) if isinstance(value, str) else value
