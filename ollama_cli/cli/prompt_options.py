"""The options about prompt files of the commands that take them, declared once."""

from typing import Annotated

import typer

from ollama_cli.cli.options import grouped
from ollama_cli.features.prompts.options import PromptOptions


@grouped(Prompt="prompt_file var")
def declare(
    *,
    prompt_file: Annotated[
        str | None,
        typer.Option(
            "--prompt-file",
            "-p",
            metavar="NAME|FILE",
            help="Use a prompt file: one that has a name, or a path with a slash.",
        ),
    ] = None,
    var: Annotated[
        list[str] | None,
        typer.Option("--var", metavar="NAME=VALUE|@FILE", help="Fill {{NAME}} in it; repeatable."),
    ] = None,
) -> PromptOptions:
    """Declare the options about prompt files, and return their values."""
    return PromptOptions(prompt_file, var)


Prompts = Annotated[PromptOptions, declare]
