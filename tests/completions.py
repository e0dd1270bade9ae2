"""What a shell is answered for a line whose cursor stands at its end."""

from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from shell import call

NOWHERE = "127.0.0.1:9"


# A shell is answered soon, with names or without: so soon that a busy machine is too late for them.
WAIT = "ollama_cli.cli.completion.candidates.LONGEST_WAIT"


def completed(
    line: str, at: Path, env: Mapping[str, str] | None = None, *, patience: float = 10.0
) -> list[str]:
    """Ask as bash does, with nothing to replace: whole words come back."""
    word = line.rpartition(" ")[2]
    return answered("bash", line, word, at=at, env=env, patience=patience)


def answered(
    shell: str,
    *words: str,
    at: Path,
    env: Mapping[str, str] | None = None,
    patience: float = 10.0,
) -> list[str]:
    """Ask as a shell's script does; `at` is the home."""
    asked = {"_OLLAMA_CLI_COMPLETE": shell, "OLLAMA_HOST": NOWHERE, **(env or {})}
    with mock.patch(WAIT, patience):
        result = call(*words, env=asked, at=at)
    assert (result.code, result.err) == (0, ""), words
    return result.out.splitlines()
