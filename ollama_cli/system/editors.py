"""The user's editor, which has the terminal while it runs."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.system import foreground

VARIABLES: Final = ("VISUAL", "EDITOR")
_USUAL: Final = ("editor", "nano", "vi", "notepad")
_QUESTION: Final = "question.md"


def edit(text: str, environ: Mapping[str, str], keys: int, *, name: str = _QUESTION) -> str:
    """Have a text edited, and return it; `keys` is the descriptor of the terminal.

    The editor is shown a file of this `name`, by whose ending it may know what is in it. Raises
    OllamaCliError if there is no editor, or if it fails: then the text is as it was.
    """
    words = _editor(environ)
    with tempfile.TemporaryDirectory(prefix="ollama-cli-") as folder:  # for the owner alone
        path = Path(folder, name)
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            code = foreground.run([*words, str(path)], environ, keys)
            edited = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise OllamaCliError(f"cannot run {words[0]}: {error.strerror}") from error
    if code:
        raise OllamaCliError(f"{words[0]} ended with {code}: the text is as it was")
    return edited.replace("\r\n", "\n").removesuffix("\n")


def _editor(environ: Mapping[str, str]) -> list[str]:
    for name in VARIABLES:
        if words := foreground.split(environ.get(name, "")):
            return words
    path = environ.get("PATH", os.defpath)
    for name in _USUAL:
        if found := shutil.which(name, path=path):
            return [found]
    raise OllamaCliError("there is no editor", hint="name one: export EDITOR=nano")
