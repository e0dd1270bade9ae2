"""A file in the user's editor, if there is one and somebody to use it."""

from pathlib import Path

from ollama_cli.errors import UsageError
from ollama_cli.features.context import Context
from ollama_cli.system import editors


def edit(context: Context, text: str, path: Path) -> str:
    """Have the text of a file edited, and return it without its last newline.

    Raises OllamaCliError if there is no editor, or if it fails.
    """
    keys = context.stdin.file.fileno() if context.stdin.file else 0
    return editors.edit(text, context.environ, keys, name=path.name)


def refuse_without_editor(context: Context, path: Path) -> None:
    """Raise UsageError if nobody is to be asked: there is no terminal, and no editor is named."""
    has_editor = any(context.environ.get(name) for name in editors.VARIABLES)
    if context.flags.no_input or not (has_editor or context.prompter.can_ask()):
        raise UsageError("there is nobody who could edit it", hint=f"write the file: {path}")
