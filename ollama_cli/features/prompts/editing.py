"""A prompt file in the user's editor."""

import stat
from pathlib import Path
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.features import editor
from ollama_cli.features.context import Context
from ollama_cli.features.prompts import folder
from ollama_cli.system import files

EXAMPLE: Final = """\
description: what it is for
# model: llama3.2
messages:
  - role: system
    content: You answer in one sentence.
  - role: user
    content: "{{input}}"
# modelParameters: {maxTokens: 200, temperature: 0.2}
# ollama: {options: {num_ctx: 8192}, think: false, defaults: {language: English}}
"""
_PRIVATE: Final = 0o600


def edit(context: Context, prompt: str) -> Path | None:
    """Have a prompt file edited, by its name or path; return its path, None if it is unchanged.

    A new one begins with an example. Raises UsageError if nobody is to be asked or the file cannot
    be read, OllamaCliError if there is no editor or it fails, ConfigError for what is not written.
    """
    path = folder.new(prompt, context.environ)
    editor.refuse_without_editor(context, path)
    is_new = not _is_file(path)
    old = EXAMPLE if is_new else folder.read(str(path.absolute()), context.environ, context.stdin)
    edited = editor.edit(context, old, path)
    if not edited.strip() or edited == old.removesuffix("\n"):
        return None
    mode = _PRIVATE if is_new else stat.S_IMODE(path.stat().st_mode)
    files.write_text(path, f"{edited}\n", mode=mode)
    return path


def _is_file(path: Path) -> bool:
    """Return whether there is such a file; UsageError for what can be none, as a pipe."""
    try:
        kind = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UsageError(f"cannot edit {path}: {error.strerror}") from error
    if not stat.S_ISREG(kind):
        raise UsageError(f"cannot edit {path}: it is no regular file")
    return True
