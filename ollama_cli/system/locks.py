"""One writer of a file at a time: by a lock beside it, which ends with its holder.

The standard library's own locks, as a library would only wrap these two calls, and leave its files
behind.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ollama_cli.errors import ConfigError
from ollama_cli.system import files

PATIENCE: Final = 10.0
_PAUSE: Final = 0.01
_ENDING: Final = ".lock"
# Some network file systems know no locks: files are written there as by any other program.
_UNKNOWN: Final = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK})


try:
    import fcntl
except ImportError:  # Windows, and Python in a browser, which runs one process alone
    fcntl = None  # type: ignore[assignment]  # likewise


@contextmanager
def locked(path: Path, *, patience: float | None = None) -> Iterator[None]:
    """Hold the lock of a file, which all its names share; remove what a crash left beside it.

    Its folder is made if it is missing. Raises ConfigError if the folder cannot be written to, or
    if another process holds the lock for longer than `patience`, in seconds: PATIENCE unless given.
    What is no regular file, such as a device or a pipe, has no lock.
    """
    patience = PATIENCE if patience is None else patience
    with files.writing_errors(path):
        if path.exists() and not path.is_file():
            target = None
        else:
            target = path.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            lock = files.beside(target, _ENDING)
            descriptor = _acquire(lock, time.monotonic() + patience)
    if target is None:
        yield
        return
    if descriptor is None:
        raise ConfigError(
            f"cannot write {path}: another process has been writing it for {patience:g} s",
            hint="run the same command again, or end the other one",
        )
    try:
        with suppress(OSError):  # what stays does no harm
            files.remove_leftovers(target)
        yield
    finally:
        _release(descriptor, lock)


def _acquire(lock: Path, end: float) -> int | None:
    """Open and lock the file; None if that took too long."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while True:
        descriptor = os.open(lock, flags, 0o600)
        try:
            if _is_taken(descriptor) and _is_still(descriptor, lock):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() >= end:
            return None
        time.sleep(_PAUSE)


def _is_taken(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  there alone: 1 ms

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        elif fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES, errno.EDEADLK}:
            return False
        if error.errno not in _UNKNOWN:
            raise
    return True


def _is_still(descriptor: int, lock: Path) -> bool:
    """Return whether the file is still there by its name: who had the lock has removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), lock.stat())
    except FileNotFoundError:
        return False


def _release(descriptor: int, lock: Path) -> None:
    # Removed while it is held; Windows removes no open file, and none that another has opened.
    if os.name == "posix":
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)
        return
    os.close(descriptor)
    with suppress(OSError):
        lock.unlink()
