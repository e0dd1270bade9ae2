"""The names of the models that each server was seen to have; a cache, lost without harm."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from ollama_cli.files import write_whole
from ollama_cli.urls import split_userinfo
from ollama_cli.values import Value

FRESH_SECONDS: Final = 300.0
_LARGEST_FILE: Final = 1 << 20
_MOST_SERVERS: Final = 20
_ENDING: Final = ".json"


class Listing(Value):
    """What was seen: the names, in the server's order, and how many seconds ago."""

    names: tuple[str, ...]
    age: float

    @property
    def is_fresh(self) -> bool:
        """Tell whether it may be used without asking the server; a time to come is no age."""
        return 0 <= self.age < FRESH_SECONDS


def folder() -> Path:
    """Find where this system keeps such files; it may be missing."""
    platformdirs = import_module("platformdirs")
    return Path(platformdirs.user_cache_dir("ollama-cli", appauthor=False)) / "models"


def read(host: str) -> Listing | None:
    """Recall the models of a server; None where nothing is kept that can be read."""
    path = _path(host)
    try:
        if not path.is_file():  # also a pipe, which would hang the shell
            return None
        with path.open("rb") as file:
            kept = json.loads(file.read(_LARGEST_FILE))
        seen = path.stat().st_mtime
    except (OSError, ValueError, RecursionError):  # unreadable, cut off, or none of ours
        return None
    names = _names(kept)
    return None if names is None else Listing(names, time.time() - seen)


def write(host: str, names: Sequence[str]) -> None:
    """Keep the models of a server; where nothing can be written, nothing is kept."""
    path = _path(host)
    with suppress(OSError, ValueError, RuntimeError):
        write_whole(path, json.dumps(list(names)))
        for old in sorted(path.parent.glob(f"*{_ENDING}"), key=_seen)[:-_MOST_SERVERS]:
            old.unlink(missing_ok=True)


def forget(host: str) -> None:
    """Drop what is kept of a server, as its models have changed."""
    with suppress(OSError):
        _path(host).unlink(missing_ok=True)


def hosts() -> list[str]:
    """List the servers of which something is kept, the last one seen first."""
    found = sorted(folder().glob(f"*{_ENDING}"), key=_seen, reverse=True)
    return [unquote(path.name.removesuffix(_ENDING)) for path in found]


def _path(host: str) -> Path:
    # Never the password, and all else of the address spelled out: two servers never share a file.
    return folder() / (quote(split_userinfo(host)[0], safe="") + _ENDING)


def _seen(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # taken away meanwhile
        return 0.0


def _names(kept: Any) -> tuple[str, ...] | None:
    if isinstance(kept, list) and all(isinstance(name, str) for name in kept):
        return tuple(kept)
    return None
