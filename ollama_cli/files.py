"""Files that are written whole or not at all."""

import os
from pathlib import Path
from typing import Final

_FREE_NAMES: Final = 8


def write_whole(path: Path, text: str) -> None:
    """Write a file through a new one beside it, readable by its owner alone; makes its folder.

    Raises OSError, ValueError for what is no text, RuntimeError for a link to itself.
    """
    target = path.resolve()
    data = text.encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    # By hand, as tempfile loads more than all the rest of a start needs.
    beside = target.with_name(f".{os.urandom(_FREE_NAMES).hex()}.tmp")
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(beside, new, 0o600), "wb") as file:
            file.write(data)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
