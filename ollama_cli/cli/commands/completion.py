"""`ollama-cli completion`."""

from typing import Annotated

import typer

from ollama_cli.cli.options import SHELL
from ollama_cli.cli.shells import DETECTED
from ollama_cli.cli.shells.install import script
from ollama_cli.features.context import Context


def command(
    ctx: typer.Context,
    shell: Annotated[
        str, typer.Argument(metavar=SHELL, help="Whose script; without: of the shell that runs.")
    ] = DETECTED,
) -> None:
    """Print the script that completes commands, options, values and names of models.

    Examples:
      ollama-cli completion fish | source
      ollama-cli completion powershell | Out-String | Invoke-Expression
    """
    context: Context = ctx.obj
    context.out.write(script(shell, context.environ))
