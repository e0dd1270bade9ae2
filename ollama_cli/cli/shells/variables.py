"""Lines that set variables in a shell, each value quoted so that the shell changes nothing."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.errors import UsageError

SHELLS: Final = ("bash", "zsh", "fish", "powershell")
_ALIASES: Final = {"pwsh": "powershell", "sh": "bash", "dash": "bash", "ash": "bash", "ksh": "bash"}
_QUOTES: Final = "['\u2018\u2019\u201a\u201b]"  # PowerShell accepts all of these as a quote


def assignments(
    shell: str | None, variables: Mapping[str, str], environ: Mapping[str, str]
) -> list[str]:
    """Return the lines that set variables in a shell, by default in the one that runs.

    Raises UsageError if the shell is not known.
    """
    name = shell or running_shell(environ)
    name = _ALIASES.get(name, name)
    if name not in SHELLS:
        message = f"the shell {name!r} is not known" if name else "cannot tell which shell runs"
        raise UsageError(message, hint=f"name one: --shell {'|'.join(SHELLS)}")
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


def running_shell(environ: Mapping[str, str]) -> str:
    """Return the name of the running shell, else of the login shell; empty if unknown."""
    import shellingham  # noqa: PLC0415  hardly ever: 1 ms

    try:
        return str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:  # no parent process is a shell
        return Path(environ.get("SHELL", "")).name
