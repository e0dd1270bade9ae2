"""`ollama-cli config unset`."""

from typing import Annotated

import typer

from ollama_cli.config import edit, file, resolve
from ollama_cli.features.context import Context


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The setting.", metavar="SETTING")],
) -> None:
    """Remove one setting from the config file; what is not there needs no removing.

    Examples:
      ollama-cli config unset model
    """
    context: Context = ctx.obj
    path = file.writable_path(context.environ)
    if not edit.remove_setting(path, name):
        if "." in name:  # it may well be there, in a table of another kind
            resolve.check_name(name)
        context.prompter.note(f"{name} is not set in {path}")
        return
    context.prompter.report(f"removed {name} from {path}")
