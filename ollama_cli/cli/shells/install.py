"""Install completion: a script in a file of its own, and one line in the shell's start file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ollama_cli.cli.shells import DETECTED, NAMES
from ollama_cli.cli.shells.variables import running_shell
from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.system import paths
from ollama_cli.system.files import write_whole
from ollama_cli.system.missing import room_hint

POWERSHELL: Final = "powershell"
_LOADED: Final = "ollama-cli completion powershell | Out-String | Invoke-Expression"
_QUOTED: Final = str.maketrans({"'": "'\\''"})


class _Places(NamedTuple):
    """The files of a shell: its completion `script`; its `start` file, None if it needs no line."""

    script: Path
    start: Path | None


def script(shell: str, environ: Mapping[str, str]) -> str:
    """Return the completion script for a shell; UsageError if it is not known."""
    name = _resolve_name(shell, environ)
    return Path(__file__).with_name(f"completion.{name}").read_text(encoding="utf-8")


def install(shell: str, environ: Mapping[str, str]) -> list[str]:
    """Write the script and the line that loads it, if they are missing; return what was done.

    Raises UsageError if the shell is not known, or if only PowerShell itself knows where its start
    file is; ConfigError if a file cannot be written.
    """
    name = _resolve_name(shell, environ)
    if name == POWERSHELL:
        raise UsageError(
            "only PowerShell knows where its start file is", hint=f"add to $PROFILE: {_LOADED}"
        )
    places = _places(name, environ)
    load = f"source '{str(places.script).translate(_QUOTED)}'"
    done = [_write(places.script, script(name, environ))]
    if places.start is not None:
        done.append(_append(places.start, f"{load}  # completion of ollama-cli"))
    return [*done, f"new shells have it; in this one: {load}"]


def _resolve_name(shell: str, environ: Mapping[str, str]) -> str:
    name = running_shell(environ) if shell == DETECTED else shell
    name = POWERSHELL if name == "pwsh" else name
    if name not in NAMES:
        message = (
            f"no completion for the shell {name!r}" if name else "cannot tell which shell runs"
        )
        raise UsageError(message, hint=f"name one: {'|'.join(NAMES)}")
    return name


def _places(name: str, environ: Mapping[str, str]) -> _Places:
    home = _home(environ)
    data = _absolute(environ.get("XDG_DATA_HOME")) or home / ".local/share"
    config = _absolute(environ.get("XDG_CONFIG_HOME")) or home / ".config"
    match name:
        case "bash":
            place = data / "bash-completion/completions/ollama-cli"
            return _Places(place, home / ".bashrc")
        case "zsh":
            place = data / "zsh/site-functions/_ollama-cli"
            return _Places(place, (_absolute(environ.get("ZDOTDIR")) or home) / ".zshrc")
        case _:
            return _Places(config / "fish/completions/ollama-cli.fish", None)


def _home(environ: Mapping[str, str]) -> Path:
    try:
        home = _absolute(environ["HOME"] if "HOME" in environ else str(Path.home()))
    except RuntimeError:
        home = None
    if home is None:
        raise ConfigError("there is no home folder to install it in", hint=paths.HINT)
    return home


def _absolute(place: str | None) -> Path | None:
    """Return a path; None for a relative one: the current folder may be somebody else's."""
    return Path(place) if place and Path(place).is_absolute() else None


def _write(path: Path, text: str) -> str:
    try:
        if path.is_file() and path.read_text(encoding="utf-8", errors="replace") == text:
            return f"{path} is there already"
        write_whole(path, text)
    except (OSError, RuntimeError) as error:
        raise _write_error(path, error) from error
    return f"wrote {path}"


def _append(path: Path, line: str) -> str:
    try:
        before = path.read_bytes() if path.exists() else b""
        if line.encode() in before.splitlines():
            return f"{path} loads it already"
        path.parent.mkdir(parents=True, exist_ok=True)
        gap = "" if not before or before.endswith(b"\n") else "\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{gap}{line}\n")
    except OSError as error:
        raise _write_error(path, error) from error
    return f"added a line to {path}"


def _write_error(path: Path, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or error
    return ConfigError(f"cannot write {path}: {reason}", hint=room_hint(error))
