"""The program at the other end of a connection: waiting for it, and noticing that it left."""

import os
import selectors
import socket
import struct
import time
from typing import Final

_FOREVER: Final = 3600.0


class GoneError(Exception):
    """The other end hung up, or the server is closing: whatever was being made is not wanted."""


class CutError(Exception):
    """The connection is closed in mid-answer."""


class ResetError(Exception):
    """The connection is reset in mid-answer."""


class Peer:
    """One connection, seen from the work that is done for it.

    Work pauses here instead of sleeping, so that a hang-up ends a generation or a pull at once.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def pause(self, seconds: float) -> None:
        """Wait; raise `GoneError` as soon as the other end hangs up."""
        if seconds <= 0:
            return
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            if selector.select(seconds):
                self._look()
                # A next request already waits in the socket: it says nothing about a hang-up.
                time.sleep(max(0.0, end - time.monotonic()))

    def linger(self) -> None:
        """Wait until the other end hangs up."""
        while True:
            self.pause(_FOREVER)

    def reset(self) -> None:
        """Hang up so that the other end sees a reset, not an end."""
        shape = "hh" if os.name == "nt" else "ii"
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(shape, 1, 0))
        self._connection.close()

    def _look(self) -> None:
        try:
            left = self._connection.recv(1, socket.MSG_PEEK) == b""
        except OSError as error:
            raise GoneError from error
        if left:
            raise GoneError
