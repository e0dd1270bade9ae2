"""The question before something is lost: a no ends the command."""

import typer

from ollama_cli.features.context import Context


def require(context: Context, question: str, *, else_told: str) -> None:
    """Ask to confirm, which `--yes` does unasked; a no is told, and ends the command with 1."""
    if not context.prompter.confirm(question, flag="--yes"):
        context.prompter.note(else_told)
        raise typer.Exit(1)
