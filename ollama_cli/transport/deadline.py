"""A time limit for a whole request: any other timeout starts anew with every byte that arrives."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Protocol

from ollama_cli.errors import OllamaCliError, TimedOutError

# For a silent server its own timeout comes first, as that error says more.
_GRACE: Final = 1.25
_HINT: Final = "wait longer with `--timeout SECONDS` (0 waits for ever)"


class _Connection(Protocol):
    live_socket: socket.socket | None


class _Current(threading.local):
    watch: "_Watch | None" = None


class _Watch:
    def __init__(self, seconds: float) -> None:
        self.fired = False
        self.connection: _Connection | None = None
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()

    def _fire(self) -> None:
        self.fired = True
        live = self.connection.live_socket if self.connection else None
        if live is not None:
            with suppress(OSError):
                live.shutdown(socket.SHUT_RDWR)


_CURRENT = _Current()


@contextmanager
def within(seconds: float, root: str, name: str = "server") -> Iterator[None]:
    """Limit the time of all that this thread does on its connection to `root`, plus a quarter.

    Raises TimedOutError when the time is over; 0 seconds is no limit.
    """
    watch = _CURRENT.watch = _Watch(seconds * _GRACE) if seconds else None
    try:
        yield
    except OllamaCliError as error:
        if watch is None or not watch.fired or isinstance(error, TimedOutError):
            raise
        raise TimedOutError(
            f"the {name}",
            address=root,
            rest=f" did not answer in full within {seconds:g} s",
            hint=None if name != "server" else _HINT,
        ) from error
    finally:
        _CURRENT.watch = None
        if watch:
            watch.stop()


def watch_connection(connection: _Connection) -> None:
    """Let the watch of this thread, if any, bound the connection that a request is sent on."""
    if _CURRENT.watch:
        _CURRENT.watch.connection = connection
