"""Where this system keeps the files of a program."""

from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError

_NAME: Final = "ollama-cli"


def history_path() -> Path:
    """Find the file of the history of pulls, where this system keeps what a program remembers.

    Raises ConfigError for somebody without a home.
    """
    place = folder("user_state_dir")
    if not place.is_absolute():
        raise ConfigError(f"cannot keep a history in {place}: there is no home folder")
    return place / "history.sqlite3"


def log_path(name: str) -> Path:
    """Find a file for what a program says that was started, where this system keeps such files."""
    return folder("user_log_dir") / name


def cache_folder() -> Path:
    """Find the folder for what may be lost without harm; it may be missing."""
    return folder("user_cache_dir")


def folder(kind: str) -> Path:
    """Find a folder of ours by the name that platformdirs has for its kind; it may be missing.

    Raises ConfigError for somebody without a home.
    """
    import platformdirs  # noqa: PLC0415  `--help` reads no settings: 3 ms

    try:
        return Path(getattr(platformdirs, kind)(_NAME, appauthor=False))
    except RuntimeError as error:  # older versions give a relative path instead
        raise ConfigError("there is no home folder", hint="set HOME to a folder") from error
