"""Ports of loopback that refuse a connection, or neither take nor refuse it."""

import atexit
import contextlib
import functools
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """The address of a port that takes no further connection and refuses none."""
    with contextlib.ExitStack() as open_sockets:
        listener = open_sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = open_sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@functools.cache
def _taken(address: str) -> socket.socket:
    sock = socket.socket()
    sock.bind((address, 0))
    atexit.register(sock.close)
    return sock


def closed_port(address: str = "127.0.0.1") -> int:
    """A port of loopback on which nobody listens, and nobody will: it is taken, but refuses."""
    port: int = _taken(address).getsockname()[1]
    return port
