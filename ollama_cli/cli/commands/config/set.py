"""`ollama-cli config set`."""

from typing import Annotated

import typer

from ollama_cli.config import edit, file, resolve, sources
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
    edit.write_setting(path, name, value)
    context.prompter.report(f"set {name} in {path}")
    layers = sources.variable_layers(context.environ, context.flags.env_file)
    if stronger := resolve.strongest(layers, name):
        told, origin = stronger
        context.prompter.warn(f"{origin} says {told}, and wins over the config file")
