"""`ollama-cli config set`."""

from typing import Annotated

import typer

from ollama_cli.config import settings, sources
from ollama_cli.features.context import Runtime
from ollama_cli.ui.streams import one_line


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
    cli: Runtime = ctx.obj
    settings.check_name(name)
    checked = settings.read(name, value, settings.TYPED)
    path = sources.config_path(cli.environ)
    sources.write_setting(
        path, name, checked if isinstance(checked, float | bool | tuple) else value
    )
    if not cli.flags.quiet:
        cli.err.line(one_line(f"set {name} in {path}"))
