"""What a shell is answered for a line whose cursor stands at its end."""

from collections.abc import Mapping
from pathlib import Path

from shell import call

NOWHERE = "127.0.0.1:9"


def completed(line: str, at: Path, env: Mapping[str, str] | None = None) -> list[str]:
    """Ask as bash does, with nothing to replace: whole words come back."""
    return answered("bash", line, line.rpartition(" ")[2], at=at, env=env)


def answered(shell: str, *words: str, at: Path, env: Mapping[str, str] | None = None) -> list[str]:
    """Ask as a shell's script does; `at` is the home."""
    asked = {"_OLLAMA_CLI_COMPLETE": shell, "OLLAMA_HOST": NOWHERE, **(env or {})}
    result = call(*words, env=asked, at=at)
    assert (result.code, result.err) == (0, ""), words
    return result.out.splitlines()
