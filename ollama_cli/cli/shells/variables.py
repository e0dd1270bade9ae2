"""Variables as shells set them, each value quoted so that no shell reads anything into it."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.errors import UsageError

SHELLS: Final = ("bash", "zsh", "fish", "powershell")
_ALIASES: Final = {"pwsh": "powershell", "sh": "bash", "dash": "bash", "ash": "bash", "ksh": "bash"}
_QUOTES: Final = "['\u2018\u2019\u201a\u201b]"  # PowerShell takes all of these for one


def assignments(
    shell: str | None, variables: Mapping[str, str], environ: Mapping[str, str]
) -> list[str]:
    """Write what sets variables in a shell, in the one that runs where none is named.

    Raises UsageError where that is one that is not known.
    """
    name = shell or running(environ)
    name = _ALIASES.get(name, name)
    if name not in SHELLS:
        told = f"the shell {name!r} is not known" if name else "cannot tell which shell runs"
        raise UsageError(told, hint=f"name one: --shell {'|'.join(SHELLS)}")
    return [_assignment(name, *each) for each in variables.items()]


def _assignment(shell: str, name: str, value: str) -> str:
    match shell:
        case "fish":
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            return f"set -gx {name} '{quoted}'"
        case "powershell":
            return f"$Env:{name} = '{re.sub(_QUOTES, lambda found: found[0] * 2, value)}'"
        case _:
            return f"export {name}={shlex.quote(value)}"


def running(environ: Mapping[str, str]) -> str:
    """Name the shell that runs, else the login shell; empty where neither is known."""
    import shellingham  # noqa: PLC0415  hardly ever: 1 ms

    try:
        return str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:  # nobody above us is a shell: then the login shell
        return Path(environ.get("SHELL", "")).name
