"""`ollama-cli models freeze`."""

from typing import Annotated

import typer

from ollama_cli.errors import ProtocolError
from ollama_cli.features.context import Context
from ollama_cli.features.ensure import requirements


def command(
    ctx: typer.Context,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write the digest beside each name.")
    ] = False,
) -> None:
    """Print what is installed as a file that `models ensure` reads.

    Examples:
      ollama-cli models freeze > models.toml
      ollama-cli models freeze --lock | ollama-cli --host 10.0.0.7 models ensure -
    """
    context: Context = ctx.obj
    context.servers.native("freeze")
    found = sorted(context.servers.installed(in_full=True), key=lambda model: model.name)
    names = [model.name for model in found]
    if not lock:
        context.out.write(requirements.format_names(names))
        return
    digests = {model.name: model.digest for model in found if model.digest}
    if lacking := [name for name in names if name not in digests]:
        raise ProtocolError(f"the server lists no digest of {lacking[0]}")
    context.out.write(requirements.format_lock(digests, by="freeze --lock"))
