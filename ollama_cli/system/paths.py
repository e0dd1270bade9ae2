"""The folders for the files of a program on this system."""

from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError

_NAME: Final = "ollama-cli"


def history_path() -> Path:
    """Return the path of the history of pulls, in this system's folder for the state of programs.

    Raises ConfigError if the user has no home folder.
    """
    place = folder("user_state_dir")
    if not place.is_absolute():
        raise ConfigError(f"cannot keep a history in {place}: there is no home folder")
    return place / "history.sqlite3"


def log_path(name: str) -> Path:
    """Return the path of the log of a program that we start, in this system's folder for logs."""
    return folder("user_log_dir") / name


def cache_folder() -> Path:
    """Return the folder for files that may be deleted at any time; it may be missing."""
    return folder("user_cache_dir")


def folder(kind: str) -> Path:
    """Return our folder of a kind, by platformdirs' name for it; the folder may be missing.

    Raises ConfigError if the user has no home folder.
    """
    import platformdirs  # noqa: PLC0415  `--help` reads no settings: 3 ms

    try:
        return Path(getattr(platformdirs, kind)(_NAME, appauthor=False))
    except RuntimeError as error:  # older versions give a relative path instead
        raise ConfigError("there is no home folder", hint="set HOME to a folder") from error
