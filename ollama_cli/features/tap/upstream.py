"""The server behind the relay: connections to it, and what it says of the models in memory."""

import asyncio
import json
import ssl
import time
from typing import Any, Final
from urllib.parse import urlsplit

from ollama_cli.features.tap.messages import (
    BadMessageError,
    End,
    Head,
    Messages,
    Part,
    answer_framing,
    status_of,
)
from ollama_cli.types.model_names import same_model

_PATIENCE: Final = 2.0
_LARGEST: Final = 1 << 20
_OK: Final = 200
_OLD: Final = 300.0  # seconds after which an idle model has usually left the memory
_PORTS: Final = {"http": 80, "https": 443}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Upstream:
    """A server by its address, whose path stands before all routes; `tls` is for https."""

    def __init__(self, url: str, *, connect_timeout: float, tls: ssl.SSLContext | None) -> None:
        parts = urlsplit(url)
        self.url = url
        self.path = parts.path.rstrip("/")
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._netloc = parts.netloc.rpartition("@")[2]
        self._timeout = connect_timeout or None
        self._tls = tls
        self._contexts: dict[tuple[str, int | None], tuple[float, int | None]] = {}

    async def connect(self) -> Streams:
        """Open a connection; OSError if there is none, TimeoutError among them."""
        opening = asyncio.open_connection(
            self._host,
            self._port,
            ssl=self._tls,
            server_hostname=self._host if self._tls else None,
        )
        return await asyncio.wait_for(opening, self._timeout)

    async def context_length(self, model: str, num_ctx: int | None, *, is_new: bool) -> int | None:
        """Return the context of a model in memory; None if the server does not tell.

        It is asked once per load: `is_new` says that the model was loaded just now.
        """
        key, now = (model, num_ctx), time.monotonic()
        asked_at, length = self._contexts.get(key, (0.0, None))
        if is_new or key not in self._contexts or now - asked_at > _OLD:
            try:
                length = await asyncio.wait_for(self._ask(model), _PATIENCE)
            except (OSError, ValueError):  # it is only nice to know
                length = None
            self._contexts[key] = (now, length)
        return length

    async def _ask(self, model: str) -> int | None:
        reader, writer = await self.connect()
        try:
            head = f"GET {self.path}/api/ps HTTP/1.1\r\nHost: {self._netloc}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            return _context_in(await _body(reader), model)
        finally:
            writer.close()


async def _body(reader: asyncio.StreamReader) -> bytes:
    """Read the body of an answer to its end; ValueError if it cannot be read, or is too long."""
    messages = Messages(lambda head: answer_framing(head, "GET"))
    body = b""
    while len(body) < _LARGEST and (piece := await reader.read(_LARGEST)):
        for event in messages.feed(piece):
            match event:
                case Head() if status_of(event) != _OK:
                    raise BadMessageError("it does not tell")
                case Part():
                    body += event.payload
                case End():
                    return body
    if len(body) < _LARGEST and messages.is_until_close:
        return body
    raise BadMessageError("no whole answer")


def _context_in(text: bytes, model: str) -> int | None:
    """Find a model in the answer of `/api/ps`; ValueError if that cannot be read."""
    body: Any = json.loads(text)
    listed = body.get("models") if isinstance(body, dict) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and same_model(str(each.get("name", "")), model):
            length = each.get("context_length")
            return length if type(length) is int and length > 0 else None
    return None
