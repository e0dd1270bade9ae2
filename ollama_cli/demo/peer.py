"""The client of a connection: wait for it, and notice when it closes."""

import os
import selectors
import socket
import struct
import time
from typing import Final

_FOREVER: Final = 3600.0


class GoneError(Exception):
    """The client closed the connection, or the server closes: the work is no longer wanted."""


class CutError(Exception):
    """The connection is closed in the middle of an answer."""


class ResetError(Exception):
    """The connection is reset in the middle of an answer."""


class Peer:
    """The client of one connection.

    Work pauses here instead of sleeping, so that a closed connection ends it at once.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def pause(self, seconds: float) -> None:
        """Wait; raises `GoneError` as soon as the client closes the connection."""
        if seconds <= 0:
            return
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            if selector.select(seconds):
                self._raise_if_gone()
                # The next request is already in the socket: the connection is open.
                time.sleep(max(0.0, end - time.monotonic()))

    def linger(self) -> None:
        """Wait until the client closes the connection."""
        while True:
            self.pause(_FOREVER)

    def reset(self) -> None:
        """Close the connection with a reset instead of a normal end."""
        layout = "hh" if os.name == "nt" else "ii"
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
        self._connection.close()

    def _raise_if_gone(self) -> None:
        try:
            is_gone = self._connection.recv(1, socket.MSG_PEEK) == b""
        except OSError as error:
            raise GoneError from error
        if is_gone:
            raise GoneError
