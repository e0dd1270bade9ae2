"""What can be done about a file that is not there, or has no room."""

import errno
import os
from pathlib import Path
from typing import Final

from ollama_cli.errors import NotFoundError

NO_ROOM: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Numbers of errors that say that a disk is full, or what may be written on it."""
ROOM_HINT: Final = "make room on the disk that it is on"
_ADDRESSES: Final = ("http://", "https://")
_MOST_NAMES: Final = 1000


def room_hint(error: BaseException) -> str | None:
    """Return what to do about an error that says that there is no room; None for any other."""
    return ROOM_HINT if getattr(error, "errno", None) in NO_ROOM else None


def no_such_file(path: str) -> NotFoundError:
    """Return the error about a file that is not there; its hint names one that was meant."""
    return NotFoundError(f"no such file: {path}", hint=_hint(path))


def _hint(path: str) -> str | None:
    if path.lower().startswith(_ADDRESSES):
        import shlex  # noqa: PLC0415  errors alone: 1 ms

        return f"save it first: `curl -LO {shlex.quote(path)}`"
    folder, name = os.path.split(path)
    try:
        place = Path(folder or ".").expanduser()
        with os.scandir(place) as found:
            some = [each.name for each, _ in zip(found, range(_MOST_NAMES), strict=False)]
        here = Path.cwd()
    except (OSError, RuntimeError, ValueError):  # no such folder either, or no home for `~`
        return f"there is no folder {folder}" if folder else None
    from ollama_cli.types import model_names  # noqa: PLC0415  errors alone: 3 ms

    names = {Path(each).stem: each for each in some}  # the endings would make many alike
    near = model_names.nearest(Path(name).stem, names, limit=1)
    if near:
        meant = os.path.join(folder, names[near[0]])  # noqa: PTH118  as it was typed
        return f"did you mean {meant}?"
    return None if Path(path).is_absolute() else f"it was looked for in {here}"
