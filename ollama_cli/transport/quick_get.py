"""One quick GET without requests: a shell waits for the answer, and loading requests takes 50 ms.

It is sent in HTTP/1.0, whose answers are not chunked, and given up when the time is over.
"""

import socket
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from ollama_cli import __version__
from ollama_cli.errors import ConfigError
from ollama_cli.transport import scopes
from ollama_cli.transport.authorization import authorized
from ollama_cli.transport.proxies import proxy_of
from ollama_cli.types import threads
from ollama_cli.types.numbers import whole
from ollama_cli.types.urls import host_of, is_private, split_userinfo

_LARGEST: Final = 4 << 20
_PIECE: Final = 1 << 16


def quick_get(
    root: str,
    path: str,
    *,
    seconds: float,
    environ: Mapping[str, str],
    ca_file: str | None,
    headers: Mapping[str, str] | None = None,
) -> bytes | None:
    """Fetch a document within `seconds` in all; None if that did not succeed.

    A server behind a proxy is not asked, as only requests knows how to use one.
    """
    try:
        if not is_private(host_of(root)) and proxy_of(split_userinfo(root)[0], environ):
            return None
    except ConfigError:  # it is behind one, or would be
        return None
    answers: list[bytes] = []

    def ask() -> None:
        try:
            answers.append(_ask(root, path, time.monotonic() + seconds, ca_file, headers or {}))
        except (OSError, ValueError, ConfigError):  # to the caller, that is no answer
            return

    # On a thread, as nothing else bounds the look-up of a name; the process may end before it.
    threads.start(ask).join(seconds)
    return answers[0] if answers else None


def _ask(
    root: str, path: str, end: float, ca_file: str | None, headers: Mapping[str, str]
) -> bytes:
    address, (_, userinfo) = urlsplit(root), split_userinfo(root)
    plain = urlsplit(scopes.split(root)[0])
    host = address.hostname or ""
    lines = [
        f"GET {address.path}{path} HTTP/1.0",
        f"Host: {plain.netloc.rpartition('@')[2]}",
        f"User-Agent: ollama-cli/{__version__}",
        *(f"{name}: {value}" for name, value in authorized(userinfo, headers).items()),
    ]
    secure: Any = None
    if address.scheme == "https":
        import ssl  # noqa: PLC0415  a shell waits for it: 5 ms

        secure = ssl.create_default_context(cafile=ca_file)
    connection = socket.create_connection((host, address.port), _seconds_left(end))
    with (
        secure.wrap_socket(connection, server_hostname=plain.hostname)
        if secure
        else connection as wrapped
    ):
        wrapped.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return _document(wrapped, end)


def _document(connection: socket.socket, end: float) -> bytes:
    data = b""
    while not _is_whole(data):
        connection.settimeout(_seconds_left(end))
        piece = connection.recv(_PIECE)
        if not piece:
            break
        data += piece
        if len(data) > _LARGEST:
            raise ValueError("an answer that is too large to wait for")
    head, _, body = data.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"] or len(body) < (_length(head) or 0):
        raise ValueError("no answer that can be used")
    return body


def _is_whole(data: bytes) -> bool:
    """Return whether all bytes have come, by their announced length; False without a length."""
    head, blank, body = data.partition(b"\r\n\r\n")
    length = _length(head) if blank else None
    return length is not None and len(body) >= length


def _length(head: bytes) -> int | None:
    for line in head.lower().splitlines():
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = whole(value)
            if length is None:
                raise ValueError("an answer without a length that can be read")
            return length
    return None


def _seconds_left(end: float) -> float:
    """Return how many seconds are left; TimeoutError if none are."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
