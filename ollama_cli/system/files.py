"""The user's files: reads of bounded size, TOML both ways, writes that are complete or not done."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ollama_cli.errors import ConfigError
from ollama_cli.system import texts
from ollama_cli.system.missing import room_hint

LARGEST: Final = 1 << 20
_RANDOM_BYTES: Final = 8
_RANDOM: Final = r"\.[0-9a-f]{16}\.tmp"
_LONGEST_STEM: Final = 40  # characters, of four bytes at most: a name has 255 bytes
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


def read_start(path: Path, most: int) -> bytes | None:
    """Read the first bytes of a regular file, and never wait for any; None for what is none.

    It is for a file that somebody else may have put there: a pipe would hang the command, and so
    would some files of the system, to which it may be a link. Raises OSError.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        is_regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        return (file.read(most) or b"") if is_regular else None


def parse_toml(data: bytes | str, name: str) -> dict[str, Any]:
    """Read TOML; ConfigError, naming the file, if it is not valid."""
    import tomllib  # noqa: PLC0415  most have no such file: 4 ms

    text = data if isinstance(data, str) else texts.decode(data, name).text
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{name} is no valid TOML: {error}", hint=f"correct it, or move it away: {name}"
        ) from error
    return document


def format_toml(document: Mapping[str, Any]) -> str:
    """Return a document as TOML."""
    import tomli_w  # noqa: PLC0415  most commands write none: 1 ms

    return tomli_w.dumps(document)


def is_open_to_others(path: Path) -> bool:
    """Return whether others than its owner may read a file; False on systems without file modes."""
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS_READ)


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write a file completely or not at all, by a new file beside it; make its folder if needed.

    `mode` lets only the owner read it by default, and the umask is taken from it. Raises OSError,
    ValueError for text that cannot be encoded, RuntimeError for a link to itself. A path that is no
    regular file, such as a device or a pipe, is written to directly.
    """
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.write(data)
        return
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    # Without tempfile, which loads more than all the rest of a start needs.
    new = beside(target, f".{os.urandom(_RANDOM_BYTES).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(new, flags, mode), "wb") as file:
            file.write(data)
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Write a file as `write_whole` does; ConfigError if it cannot be written."""
    with writing_errors(path):
        write_whole(path, content, mode=mode)


@contextmanager
def writing_errors(path: Path) -> Iterator[None]:
    """Raise ConfigError, naming the file, for what the system raises when it is written."""
    try:
        yield
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # also text that cannot be encoded; a link to itself
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"cannot write {path}: {reason}", hint=room_hint(error)) from error


def beside(target: Path, ending: str) -> Path:
    """Return the path of a hidden file beside another one, named after it."""
    return target.with_name(f".{target.name[:_LONGEST_STEM]}{ending}")


def remove_leftovers(target: Path) -> None:
    """Remove the new files beside a file whose writers died; its lock must be held."""
    stem = re.escape(beside(target, "").name)
    for each in os.listdir(target.parent):  # noqa: PTH208  names are all that is needed
        if re.fullmatch(stem + _RANDOM, each):
            (target.parent / each).unlink(missing_ok=True)
