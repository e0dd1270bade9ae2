"""Places that variables name, and those of the sessions and the prompts that are kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError
from ollama_cli.system import paths

DATA_VARIABLE: Final = "OLLAMA_CLI_DATA_DIR"
_SESSIONS: Final = "sessions.db"
_PROMPTS: Final = "prompts"


def sessions_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the store of sessions: in $OLLAMA_CLI_DATA_DIR, else where data belongs.

    Raises ConfigError if no folder is named and there is no home folder.
    """
    return _data_folder(environ, "sessions") / _SESSIONS


def prompts_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of the prompts that have a name, beside the sessions; the same errors."""
    return _data_folder(environ, "prompts") / _PROMPTS


def _data_folder(environ: Mapping[str, str], of: str) -> Path:
    named = environ.get(DATA_VARIABLE)
    place = expanded(named, DATA_VARIABLE, environ) if named else paths.folder("user_data_dir")
    if place is None:
        raise ConfigError(
            f"there is no home folder, and so no {of}",
            hint=f"{paths.HINT}, or name a folder in {DATA_VARIABLE}",
        )
    return place


def expanded(named: str, variable: str, environ: Mapping[str, str]) -> Path:
    """Put the home folder in place of `~` in a path that a variable names."""
    failure = ConfigError(f"{named} (from {variable}): no such home folder")
    try:
        path = Path(named).expanduser()
    except RuntimeError as error:
        raise failure from error
    has_home = path.is_absolute() and environ.get("HOME") != ""
    if named.startswith("~") and path != Path(named) and not has_home:
        raise failure
    return path
