"""`ollama-cli config edit`."""

import os
from itertools import count
from pathlib import Path
from tempfile import mkstemp
from typing import Final

import typer

from ollama_cli.cli.commands.config.init import template
from ollama_cli.config import edit, file
from ollama_cli.errors import ConfigError
from ollama_cli.features import editor
from ollama_cli.features.context import Context
from ollama_cli.system import files
from ollama_cli.ui.sentences import show_error

_NO: Final = {"n", "no"}


def command(ctx: typer.Context) -> None:
    """Edit the config file in $VISUAL or $EDITOR; it is checked before it is written.

    What cannot be used is not written: on a terminal it may be edited again. A new file begins as
    `config init` has it.

    Examples:
      ollama-cli config edit
    """
    context: Context = ctx.obj
    path = file.writable_path(context.environ)
    editor.refuse_without_editor(context, path)
    old = edit.written(path)
    new = _edited(context, path, old)
    if new is None:
        context.prompter.note("nothing was written")
        return
    try:
        edit.rewrite(path, old, new)
    except ConfigError as error:
        raise error.with_facts(hint=f"what you wrote is kept: {_keep(path, new)}") from error
    context.prompter.report(f"wrote {path}")


def _keep(path: Path, text: str) -> Path:
    """Write a text to a new file beside another one, or else to a temporary one; return which."""
    try:
        with files.writing_errors(path):
            kept = _free_path(path)
        files.write_text(kept, text)
    except ConfigError:  # nothing can be written there
        with files.writing_errors(path):
            descriptor, name = mkstemp(path.suffix, f"{path.stem}-edited-")
            with os.fdopen(descriptor, "wb") as temporary:
                temporary.write(text.encode())
        kept = Path(name)
    return kept


def _free_path(path: Path) -> Path:
    """Return the path of a file beside another one that is not there yet, named after it."""
    named = (path.with_name(f"{path.stem}-edited-{n}{path.suffix}") for n in count(1))
    return next(each for each in named if not each.exists())


def _edited(context: Context, path: Path, old: str) -> str | None:
    """Have the text edited until it can be used; None if it was emptied, or nothing was changed.

    Raises ConfigError for what cannot be used, if nobody edits it again.
    """
    before = text = old or template()
    while True:
        text = editor.edit(context, text, path) + "\n"
        if not text.strip() or text.splitlines() == before.splitlines():
            return None
        new = text.replace("\n", "\r\n") if "\r\n" in old else text
        try:
            for warning in edit.check(path, new):
                context.prompter.warn(warning)
        except ConfigError as error:
            if not context.prompter.can_ask():
                raise error.with_facts(hint="nothing was written: the file is as it was") from error
            show_error(context.err, error)
            answer = context.prompter.ask("edit it again? [Y/n] ", fresh=True)
            if answer is None or answer.lower() in _NO:
                return None
        else:
            return new
