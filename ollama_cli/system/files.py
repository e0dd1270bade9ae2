"""The user's files: reads of bounded size, TOML both ways, writes that are complete or not done."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ollama_cli.errors import ConfigError

LARGEST: Final = 1 << 20
_RANDOM_BYTES: Final = 8
_OTHERS_READ: Final = 0o044


def read_bytes(path: Path) -> bytes | None:
    """Read a file, None if there is none; ConfigError if it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > LARGEST:
        raise ConfigError(f"{path} is larger than {LARGEST} bytes")
    return data


def parse_toml(data: bytes, name: str) -> dict[str, Any]:
    """Read TOML; ConfigError, naming the file, if it is not valid."""
    import tomllib  # noqa: PLC0415  most have no such file: 4 ms

    try:
        document: dict[str, Any] = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{name} is no valid TOML: {error}", hint=f"correct it, or move it away: {name}"
        ) from error
    return document


def format_toml(document: Mapping[str, Any]) -> str:
    """Return a document as TOML."""
    import tomli_w  # noqa: PLC0415  most commands write none: 1 ms

    return tomli_w.dumps(document)


def is_toml_of(text: str, wanted: Mapping[str, Any]) -> bool:
    """Return whether a text is the TOML of exactly this document."""
    try:
        return bool(text) and parse_toml(text.encode(), "") == wanted
    except ConfigError:
        return False


def is_open_to_others(path: Path) -> bool:
    """Return whether others than its owner may read a file; False on systems without file modes."""
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS_READ)


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file completely or not at all, by a new file beside it; make its folder if needed.

    `mode` lets only the owner read it by default, and the umask is taken from it. Raises OSError,
    ValueError for text that cannot be encoded, RuntimeError for a link to itself. A path that is no
    regular file, such as a device or a pipe, is written to directly.
    """
    data = text.encode()
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.write(data)
        return
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    # Without tempfile, which loads more than all the rest of a start needs.
    beside = target.with_name(f".{os.urandom(_RANDOM_BYTES).hex()}.tmp")
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(beside, new, mode), "wb") as file:
            file.write(data)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file as `write_whole` does; ConfigError if it cannot be written."""
    try:
        write_whole(path, text, mode=mode)
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # also text that cannot be encoded; a link to itself
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"cannot write {path}: {reason}") from error
