"""`ollama-cli config unset`."""

from typing import Annotated

import typer

from ollama_cli.config import sources
from ollama_cli.features.context import Runtime
from ollama_cli.ui.streams import one_line


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The setting.", metavar="SETTING")],
) -> None:
    """Remove one setting from the config file; what is not there needs no removing.

    Examples:
      ollama-cli config unset model
    """
    cli: Runtime = ctx.obj
    path = sources.config_path(cli.environ)
    if not sources.write_setting(path, name, None):
        cli.note(f"{name} is not set in {path}")
        return
    if not cli.flags.quiet:
        cli.err.line(one_line(f"removed {name} from {path}"))
