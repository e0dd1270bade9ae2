"""The folders for the files of a program on this system; none for somebody without a home."""

import os
from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError

_NAME: Final = "ollama-cli"
HINT: Final = "set HOME to a folder of yours"


def history_path() -> Path | None:
    """Return the path of the history of pulls, in this system's folder for the state of programs.

    None if the user has no home folder.
    """
    place = folder("user_state_dir")
    return place and place / "history.sqlite3"


def log_path(name: str) -> Path:
    """Return the path of the log of a program that we start, in this system's folder for logs.

    Raises ConfigError if the user has no home folder.
    """
    place = folder("user_log_dir")
    if place is None:
        raise ConfigError("there is no home folder, and so no place for a log", hint=HINT)
    return place / name


def cache_folder() -> Path | None:
    """Return the folder for files that may be deleted at any time; None without a home folder."""
    return folder("user_cache_dir")


def folder(kind: str) -> Path | None:
    """Return our folder of a kind, by platformdirs' name for it; the folder may be missing.

    It is absolute, whatever the library says: the current folder may be somebody else's. None if
    the user has no home folder, or only that of another user, which may not be entered.
    """
    import platformdirs  # noqa: PLC0415  `--help` reads no settings: 3 ms

    try:
        place = Path(getattr(platformdirs, kind)(_NAME, appauthor=False))
    except RuntimeError:
        return None
    is_barred = _is_forbidden(place) and barred_home() is not None
    return place if place.is_absolute() and not is_barred else None


def barred_home() -> str | None:
    """Return the home folder if it may not be entered, as that of root under `sudo -u`."""
    home = os.path.expanduser("~")  # noqa: PTH111  where there is none, that is no error
    return home if _is_forbidden(Path(home, _NAME)) else None


def _is_forbidden(place: Path) -> bool:
    try:
        place.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False
