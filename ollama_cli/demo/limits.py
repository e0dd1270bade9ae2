"""The limits of the demo server: all on this machine may connect, and pages in a browser too."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Limits on time, in seconds, and on numbers.

    A request begins within `idle` and its head is whole within `head` after that, its body within
    `body`; each piece of an answer is taken within `write`. Of more than `connections` at once the
    others wait. All `bodies` that are being read or worked on have so many bytes at most.
    """

    idle: float = 30.0
    head: float = 10.0
    body: float = 60.0
    write: float = 60.0
    connections: int = 64
    bodies: int = 128 << 20
    models: int = 1000


class TimedReader(RawIOBase):
    """What arrives on a connection until a deadline, however slowly; TimeoutError after it."""

    def __init__(self, connection: socket.socket, write_seconds: float) -> None:
        self._connection = connection
        self._write_seconds = write_seconds
        self._deadline = 0.0

    def allow(self, seconds: float) -> None:
        """Set the deadline for all that is read from now on."""
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has arrived; 0 at the end."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(self._write_seconds)

    def buffered(self) -> BufferedReader:
        """Return a reader of lines and blocks over this one."""
        return BufferedReader(self)


class Budget:
    """So many bytes that all connections share."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    @contextmanager
    def holding(self) -> Iterator["Share"]:
        """Give a share, empty at first; what it took is given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.take(-share.size)

    def take(self, size: int) -> bool:
        """Take so many bytes; False if there are too few left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True


class Share:
    """The bytes of one connection."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.size = 0

    def take(self, size: int) -> bool:
        """Take so many bytes more; False if there are too few left."""
        if not self._budget.take(size):
            return False
        self.size += size
        return True
