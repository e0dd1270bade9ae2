"""What servers were seen to have, and to be; a cache, lost without harm."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

from ollama_cli.system import paths
from ollama_cli.system.files import write_whole
from ollama_cli.types.urls import split_userinfo

FRESH_SECONDS: Final = 300.0
SEEN_SECONDS: Final = 600.0
_LARGEST_FILE: Final = 1 << 20
_MOST_SERVERS: Final = 20
_ENDING: Final = ".json"
_MODELS: Final = "models"
_SERVERS: Final = "servers"


class Seen(NamedTuple):
    """What a server was found to speak (`native`, `openai`), and its kind; None is not known."""

    api: str | None = None
    kind: str | None = None


class Listing(NamedTuple):
    """What was seen: the names, in the server's order, and how many seconds ago."""

    names: tuple[str, ...]
    age: float

    @property
    def is_fresh(self) -> bool:
        """Tell whether it may be used without asking the server; a time to come is no age."""
        return 0 <= self.age < FRESH_SECONDS


def folder() -> Path:
    """Find where the names of models are kept; it may be missing."""
    return paths.cache_folder() / _MODELS


def read(host: str) -> Listing | None:
    """Recall the models of a server; None where nothing is kept that can be read."""
    path = _path(host)
    kept, age = _kept(path)
    names = _names(kept)
    return None if names is None else Listing(names, age)


def write(host: str, names: Sequence[str]) -> None:
    """Keep the models of a server; where nothing can be written, nothing is kept."""
    _keep(_path(host), list(names))


def forget(host: str) -> None:
    """Drop what is kept of a server, as its models have changed."""
    with suppress(OSError):
        _path(host).unlink(missing_ok=True)


def recall(host: str) -> Seen:
    """Recall what a server was found to be, unless that was too long ago."""
    kept, age = _kept(_path(host, _SERVERS))
    if not isinstance(kept, dict) or not 0 <= age < SEEN_SECONDS:
        return Seen()
    api, kind = kept.get("api"), kept.get("kind")
    return Seen(
        api if api in ("native", "openai") else None, kind if isinstance(kind, str) else None
    )


def remember(host: str, seen: Seen) -> None:
    """Keep what a server was found to be; what says nothing drops what was kept."""
    path = _path(host, _SERVERS)
    if seen != Seen():
        _keep(path, {"api": seen.api, "kind": seen.kind})
        return
    with suppress(OSError):
        path.unlink(missing_ok=True)


def hosts() -> list[str]:
    """List the servers of which something is kept, the last one seen first."""
    found = sorted(folder().glob(f"*{_ENDING}"), key=_seen, reverse=True)
    return [unquote(path.name.removesuffix(_ENDING)) for path in found]


def _path(host: str, room: str = _MODELS) -> Path:
    # Never the password, and all else of the address spelled out: two servers never share a file.
    return folder().with_name(room) / (quote(split_userinfo(host)[0], safe="") + _ENDING)


def _keep(path: Path, value: Any) -> None:
    with suppress(OSError, ValueError, RuntimeError):
        if path.exists() and not path.is_file():  # a pipe would hang the command
            return
        write_whole(path, json.dumps(value))
        for old in sorted(path.parent.glob(f"*{_ENDING}"), key=_seen)[:-_MOST_SERVERS]:
            old.unlink(missing_ok=True)


def _kept(path: Path) -> tuple[Any, float]:
    """Read what a file keeps, None where that cannot be read, and its age in seconds."""
    try:
        if not path.is_file():  # also a pipe, which would hang the shell
            return None, 0.0
        with path.open("rb") as file:
            kept = json.loads(file.read(_LARGEST_FILE))
        return kept, time.time() - path.stat().st_mtime
    except (OSError, ValueError, RecursionError):  # unreadable, cut off, or none of ours
        return None, 0.0


def _seen(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # taken away meanwhile
        return 0.0


def _names(kept: Any) -> tuple[str, ...] | None:
    if isinstance(kept, list) and all(isinstance(name, str) for name in kept):
        return tuple(kept)
    return None
