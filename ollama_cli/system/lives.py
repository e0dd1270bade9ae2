"""Processes as they are written down, so that another one can tell later whether one still runs."""

import os
from pathlib import Path
from typing import NamedTuple


class Life(NamedTuple):
    """A process: its number, and when it was `born`, in clock ticks since boot; empty if unknown.

    The birth tells it from a later process of the same number.
    """

    pid: int
    born: str

    @classmethod
    def own(cls) -> "Life":
        """Return this process."""
        pid = os.getpid()
        return cls(pid, _birth(pid))

    @property
    def is_running(self) -> bool:
        """Return whether the process still runs; one that cannot be checked counts as gone."""
        if self.born:
            return _birth(self.pid) == self.born
        if os.name != "posix":  # signal 0 would end the process there
            return False
        try:
            os.kill(self.pid, 0)
        except PermissionError:
            return True
        except (OSError, OverflowError):
            return False
        return True


def _birth(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    state, *rest = stat.rpartition(b")")[2].decode().split()
    return "" if state in "ZX" else rest[18]
