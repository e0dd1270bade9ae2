"""The user's editor, which has the terminal while it runs."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError, OllamaCliError
from ollama_cli.system import foreground, texts

VARIABLES: Final = ("VISUAL", "EDITOR")
_USUAL: Final = ("editor", "nano", "vi", "notepad")
_QUESTION: Final = "question.md"


def edit(text: str, environ: Mapping[str, str], keys: int, *, name: str = _QUESTION) -> str:
    """Have a text edited, and return it; `keys` is the descriptor of the terminal.

    The editor is shown a file of this `name`, by whose ending it may know what is in it. Raises
    OllamaCliError if there is no editor, or if it fails or leaves no text: then it is as it was.
    """
    words = _editor(environ)
    with tempfile.TemporaryDirectory(prefix="ollama-cli-") as folder:  # for the owner alone
        path = Path(folder, name)
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            code = foreground.run([*words, str(path)], environ, keys)
        except OSError as error:
            raise OllamaCliError(f"cannot run {words[0]}: {error.strerror}") from error
        if code:
            how = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
            raise OllamaCliError(f"{words[0]} {how}: the text is as it was")
        try:
            edited = texts.decode(path.read_bytes(), name).text
        except ConfigError as error:
            hint = f"the text is as it was: have {words[0]} save UTF-8"
            raise error.with_facts(hint=hint) from error
        except OSError as error:
            problem = f"{words[0]} left no file: {error.strerror}"
            raise OllamaCliError(f"{problem}: the text is as it was") from error
    return edited.replace("\r\n", "\n").removesuffix("\n")


def _editor(environ: Mapping[str, str]) -> list[str]:
    for name in VARIABLES:
        command = environ.get(name, "")
        if words := foreground.split(command):
            return words
        if command.strip():
            raise OllamaCliError(f"{name} is no command, as a quote is not closed: {command}")
    path = environ.get("PATH", os.defpath)
    for name in _USUAL:
        if found := shutil.which(name, path=path):
            return [found]
    raise OllamaCliError("there is no editor", hint="name one: export EDITOR=nano")
