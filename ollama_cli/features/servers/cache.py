"""A cache of the models and kinds of servers; it may be lost at any time."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

from ollama_cli.errors import ConfigError
from ollama_cli.system import paths
from ollama_cli.system.files import write_whole
from ollama_cli.types.secrets import hide
from ollama_cli.types.urls import split_userinfo

FRESH_SECONDS: Final = 300.0
SEEN_SECONDS: Final = 600.0
_LARGEST_FILE: Final = 1 << 20
_MOST_SERVERS: Final = 20
_ENDING: Final = ".json"
_MODELS: Final = "models"
_SERVERS: Final = "servers"
_ALL: Final = "all"
_LEFT_BY_A_CRASH: Final = ".*.tmp"
_PATIENCE: Final = 1.0


class Seen(NamedTuple):
    """The API of a server (`native`, `openai`), its kind and its version; None if unknown.

    The API is `native` where a version was told, and `openai` where none could be asked for.
    """

    api: str | None = None
    kind: str | None = None
    version: str | None = None


class Listing(NamedTuple):
    """The names of models, in the server's order, and their age in seconds."""

    names: tuple[str, ...]
    age: float

    @property
    def is_fresh(self) -> bool:
        """Return whether it may replace a request; a negative age is never fresh."""
        return 0 <= self.age < FRESH_SECONDS


def folder() -> Path | None:
    """Return the folder for the names of models; it may be missing. None without a home folder."""
    return _folder(_MODELS)


def read(host: str) -> Listing | None:
    """Read the models of a server; None if no valid file exists."""
    path = _file_of(host)
    value, age = _read_file(path)
    names = _names(value)
    return None if names is None else Listing(names, age)


def write(host: str, names: Sequence[str]) -> None:
    """Write the models of a server, without secrets; a failure to write is ignored."""
    _write_file(_file_of(host), [hide(name) for name in names])


def forget(host: str) -> None:
    """Delete the models of a server, as they have changed."""
    _delete(_file_of(host))


def read_seen(host: str) -> Seen:
    """Read the API, kind and version of a server, unless they are too old."""
    value, age = _read_file(_file_of(host, _SERVERS))
    if not isinstance(value, dict) or not 0 <= age < SEEN_SECONDS:
        return Seen()
    api, *others = (value.get(name) for name in Seen._fields)
    kind, version = (each if isinstance(each, str) else None for each in others)
    return Seen(api if api in ("native", "openai") else None, kind, version)


def write_seen(host: str, seen: Seen) -> None:
    """Write the API, kind and version of a server; an empty value deletes them."""
    path = _file_of(host, _SERVERS)
    if seen != Seen():
        shown = {name: value and hide(value) for name, value in seen._asdict().items()}
        _write_file(path, shown)
        return
    _delete(path)


def hosts() -> list[str]:
    """List the servers with cached models, the latest first."""
    place = folder()
    found = sorted(place.glob(f"*{_ENDING}") if place else (), key=_modified_at, reverse=True)
    return [unquote(path.name.removesuffix(_ENDING)) for path in found]


def _folder(name: str) -> Path | None:
    place = paths.cache_folder()
    return place and place / name


def _file_of(host: str, name: str = _MODELS) -> Path | None:
    # The whole address except the password: two servers never share a file.
    place = _folder(name)
    return place and place / (quote(split_userinfo(host)[0], safe="") + _ENDING)


def _write_file(path: Path | None, value: Any) -> None:
    if path is None:
        return
    from ollama_cli.system.locks import locked  # noqa: PLC0415  most write nothing: 1 ms

    with suppress(OSError, ValueError, RuntimeError, ConfigError):
        if path.exists() and not path.is_file():  # a pipe would block the command
            return
        # One lock for all: what another writer has just renewed must not be deleted as old.
        with locked(path.with_name(_ALL), patience=_PATIENCE):
            write_whole(path, json.dumps(value))
            for old in sorted(path.parent.glob(f"*{_ENDING}"), key=_modified_at)[:-_MOST_SERVERS]:
                old.unlink(missing_ok=True)
            for left in path.parent.glob(_LEFT_BY_A_CRASH):
                left.unlink(missing_ok=True)


def _delete(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _read_file(path: Path | None) -> tuple[Any, float]:
    """Read the value of a file, None if it is invalid, and its age in seconds."""
    try:
        if path is None or not path.is_file():  # a pipe would block the shell
            return None, 0.0
        with path.open("rb") as file:
            value = json.loads(file.read(_LARGEST_FILE))
        return value, time.time() - path.stat().st_mtime
    except (OSError, ValueError, RecursionError):  # unreadable, incomplete, or of another program
        return None, 0.0


def _modified_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # deleted in the meantime
        return 0.0


def _names(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    return None
