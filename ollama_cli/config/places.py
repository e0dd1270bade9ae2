"""Places that variables name, and the place of the sessions that are kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError
from ollama_cli.system import paths

DATA_VARIABLE: Final = "OLLAMA_CLI_DATA_DIR"
_SESSIONS: Final = "sessions.db"


def sessions_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the store of sessions: in $OLLAMA_CLI_DATA_DIR, else where data belongs.

    Raises ConfigError if no folder is named and there is no home folder.
    """
    named = environ.get(DATA_VARIABLE)
    place = expanded(named, DATA_VARIABLE, environ) if named else paths.folder("user_data_dir")
    if place is None:
        raise ConfigError(
            "there is no home folder, and so no sessions",
            hint=f"{paths.HINT}, or name a folder in {DATA_VARIABLE}",
        )
    return place / _SESSIONS


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
