"""`ollama-cli config set`."""

from typing import Annotated

import typer

from ollama_cli.config import edit, file, resolve
from ollama_cli.features.context import Context


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The setting.", metavar="SETTING")],
    value: Annotated[str, typer.Argument(help="Its new value.", metavar="VALUE")],
) -> None:
    """Write one setting to the config file; all else in it stays.

    Examples:
      ollama-cli config set model llama3.2
      ollama-cli config set host http://192.168.1.20:11434
    """
    context: Context = ctx.obj
    resolve.check_name(name)
    path = file.writable_path(context.environ)
    stronger = resolve.strongest(context.layers, name)
    edit.write_setting(path, name, value)
    context.prompter.report(f"set {name} in {path}")
    if stronger and stronger[1] != str(path):
        told, origin = stronger
        context.prompter.warn(f"{origin} says {told}, and wins over the config file")
