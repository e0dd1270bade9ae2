"""Whether a process is there, and whether it lives."""

import os
from pathlib import Path


def is_there(pid: int) -> bool:
    """Tell whether a process is there, be it one that has ended and that nobody waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; the dead that nobody waited for do not."""
    if not is_there(pid):
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:  # it went meanwhile, or there is no /proc
        return is_there(pid)
    return stat.rpartition(")")[2].split()[0] not in "ZX"
