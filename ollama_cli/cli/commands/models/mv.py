"""`ollama-cli models mv`."""

from typing import Annotated

import typer

from ollama_cli.cli import consent
from ollama_cli.errors import InterruptError, OllamaCliError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.types.model_names import checked_grammar, find, same_model
from ollama_cli.types.text import one_line


def command(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="The model to rename.", metavar="SOURCE")],
    destination: Annotated[str, typer.Argument(help="Its new name.", metavar="DESTINATION")],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Replace a model of that name without asking.")
    ] = False,
) -> None:
    """Give a model another name; nothing is downloaded or copied on the disk.

    Examples:
      ollama-cli models mv my-draft my-llama
    """
    context: Context = ctx.obj
    source = context.permit(checked_grammar(source))
    destination = context.permit(checked_grammar(destination))
    if same_model(source, destination):
        raise UsageError(f"{destination} is its name already")
    server = context.servers.native("mv")
    names = [model.name for model in context.servers.installed(in_full=True)]
    taken = find(destination, names)
    if taken and not yes and find(source, names):
        question = one_line(f"replace {taken}?")
        consent.require(context, question, else_told="nothing was renamed")
    server.copy(source, destination)
    try:
        server.delete(source)
    except OllamaCliError:
        context.prompter.warn(f"{destination} is there, and {source} is, too")
        raise
    except (KeyboardInterrupt, InterruptError):
        context.prompter.warn(f"{destination} is there, and {source} may be, too")
        raise
    finally:
        context.servers.forget_installed()
    context.prompter.report(f"renamed {source} to {destination}")
