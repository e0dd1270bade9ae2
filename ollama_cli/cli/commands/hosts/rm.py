"""`ollama-cli hosts rm`."""

from typing import Annotated

import typer

from ollama_cli.config import entries, sources
from ollama_cli.features.context import Runtime
from ollama_cli.ui.streams import one_line


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The name.", metavar="HOST")],
) -> None:
    """Remove a name, its address and its key from the config file; all else stays.

    Examples:
      ollama-cli hosts rm work
    """
    cli: Runtime = ctx.obj
    path = sources.config_path(cli.environ)
    entries.remove(path, name)
    if sources.section(sources.read_config(path), path).get("host") == name:
        cli.warn(f"{name!r} is still the host in {path}: `ollama-cli config unset host`")
    if not cli.flags.quiet:
        cli.err.line(one_line(f"removed [hosts.{name}] from {path}"))
