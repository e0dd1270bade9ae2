"""An answer that is still arriving: its status at once, its bytes as they come."""

import math
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Self

import requests

from ollama_cli.errors import ServerError
from ollama_cli.transport.chunked import BulkResponse
from ollama_cli.transport.deadline import is_limited
from ollama_cli.transport.errors import translated
from ollama_cli.transport.retries import seconds_of
from ollama_cli.types.numbers import whole

_READ: Final = 65536
LARGEST_DOCUMENT: Final = 1 << 30


class Reply:
    """One answer of a server; closing it closes the connection, and the server stops its work."""

    def __init__(
        self,
        response: requests.Response,
        root: str,
        name: str = "server",
        *,
        idle: float | None,
    ) -> None:
        self.status: int = response.status_code
        self.content_type = response.headers.get("Content-Type", "").lower()
        self.server = response.headers.get("Server", "").lower()
        self.length = _length(response)
        self.location = response.headers.get("Location", "")
        self.challenge = response.headers.get("WWW-Authenticate", "")
        self.url = response.url or root
        self.retry_after = seconds_of(response)
        self._root, self._name = root, name
        self._response = response
        self._ahead = b""
        # The first byte may take minutes (a model loads), the next one may not: urllib3 has one
        # read timeout for both, so the second one is set on the live socket here.
        connection = getattr(response.raw, "connection", None)
        self._live: socket.socket | None = getattr(connection, "live_socket", None)
        self._owner = os.getpid()
        self._idle = idle
        self._set_idle_timeout(idle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; closing twice does nothing."""
        live, self._live = self._live, None
        is_own = self._owner == os.getpid()  # a forked process must not end another one's answer
        is_begun = getattr(self._response.raw, "connection", None) is not None
        if live is not None and is_own and is_begun:
            # In the middle of an answer: the server must stop, even if others hold the socket.
            with suppress(OSError):
                live.shutdown(socket.SHUT_RDWR)
        self._response.close()

    def chunks(self) -> Iterator[bytes]:
        """Yield bytes as they arrive, without waiting until a buffer is full."""
        ahead, self._ahead = self._ahead, b""
        if ahead:
            yield ahead
        raw = self._response.raw
        with translated(self._root, self._name, answering=True):
            while chunk := raw.read1(_READ, decode_content=True):
                yield chunk

    def peek(self) -> bytes:
        """Read ahead: return the next bytes to arrive; the chunks will still begin with them."""
        self._ahead = self._ahead or next(self.chunks(), b"")
        return self._ahead

    def read(self, largest: int = LARGEST_DOCUMENT, *, end: float = math.inf) -> bytes:
        """Read the whole body, in bytes; ServerError if it is larger than `largest`.

        What comes after `end`, a time of `time.monotonic`, is not waited for.
        """
        parts: list[bytes] = []
        size = 0
        for chunk in self.chunks():
            parts.append(chunk)
            size += len(chunk)
            if size > largest:
                self.close()
                raise ServerError(
                    f"the {self._name}",
                    address=self._root,
                    rest=f" sent more than {largest} bytes where few belong",
                )
            if time.monotonic() > end:
                self.close()
                break
        return b"".join(parts)

    def read_complaint(self, largest: int) -> bytes:
        """Read the body of an error: what has come of it when it takes longer than one silence.

        ServerError if it is larger than `largest`, in bytes.
        """
        patience = math.inf if is_limited() else self._idle or math.inf
        return self.read(largest, end=time.monotonic() + patience)

    def limit(self, seconds: float) -> None:
        """Bound the wait for the next chunk, even if framing alone arrives; 0 waits for ever."""
        self._set_idle_timeout(seconds or None)
        body = getattr(self._response.raw, "_fp", None)
        if isinstance(body, BulkResponse):
            body.deadline = time.monotonic() + seconds if seconds else math.inf

    def _set_idle_timeout(self, seconds: float | None) -> None:
        if self._live is not None and self._live.fileno() >= 0:  # it is closed at the end
            self._live.settimeout(seconds)


def _length(response: requests.Response) -> int | None:
    """Return the Content-Length in bytes; None if there is no valid one."""
    return whole(response.headers.get("Content-Length", ""))
