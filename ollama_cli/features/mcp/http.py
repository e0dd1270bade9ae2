"""An MCP server at an address (streamable HTTP): the way to it, and what may be wrong with it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2
from mcp import Client, ClientSession, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, Implementation

from ollama_cli.errors import (
    AuthError,
    ConfigError,
    OllamaCliError,
    ProtocolError,
    RefusedError,
    ServerError,
    StreamCutError,
    TimedOutError,
    UnreachableError,
)
from ollama_cli.features.mcp.pipes import LONGEST_LINE
from ollama_cli.types.secrets import redact
from ollama_cli.types.text import sentence
from ollama_cli.types.urls import host_of, is_private

_CONNECT: Final = 5.0
_WRITE: Final = 30.0
_FORBIDDEN: Final = (401, 403)
_FAILED: Final = 400
_PLAIN: Final = {"Accept-Encoding": "identity"}  # what is packed may be of any size
_TOO_LONG: Final = f"more than {LONGEST_LINE // 1_000_000} MB in one answer"
_PACKED: Final = "a packed answer, which was not asked for"
_KEPT: Final = 3
_MADE_UP: Final = (INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND)  # by the SDK, of a status


class Addressed:
    """A server that listens already; nothing of it is ours to end.

    Its `headers` go to its origin alone, and unencrypted to private addresses alone: RefusedError.
    Proxies of the environment are used for public hosts alone.
    """

    takes_leave = True

    def __init__(self, name: str, url: str, headers: Mapping[str, str]) -> None:
        if not re.match(r"(?i)https?://", url):
            raise ConfigError(f"{name}: {redact(url)!r} is neither http:// nor https://")
        self.name = f"{name} at {redact(url)}"
        self._url = url
        self._headers = dict(headers)
        self._status = 0
        self._is_private = is_private(host_of(url))
        is_plain = url.lower().startswith("http:")
        if headers and is_plain and not self._is_private:
            raise RefusedError(
                f"the headers of {name} would go to {redact(url)} unencrypted", hint="use https://"
            )

    @asynccontextmanager
    async def connection(self, info: Implementation) -> AsyncIterator[ClientSession]:
        """Make a session of the SDK's that has greeted the server, in the way of its era."""
        async with Client(self._streams(), client_info=info) as client:
            yield client.session

    def judged(self, error: BaseException) -> OllamaCliError | None:
        """Tell errors of the connection and of HTTP, whose status the SDK does not pass on."""
        complaint = _complaint(error)
        return ProtocolError(f"{self.name} sent {complaint}") if complaint else self._lost(error)

    def _lost(self, error: BaseException) -> OllamaCliError | None:
        match error:
            case httpx2.ConnectTimeout():
                message = f"no connection to {self.name} within {_CONNECT:g} s"
                return TimedOutError(message).with_facts(connecting=True)
            case httpx2.ConnectError():
                return UnreachableError(f"no connection to {self.name}", reason=_told(error))
            case httpx2.HTTPError():
                return StreamCutError(f"{self.name} broke the connection off", reason=_told(error))
            case httpx2.InvalidURL():
                return ConfigError(f"{self.name} cannot be asked", reason=_told(error))
            case MCPError() if self._status >= _FAILED and error.code in _MADE_UP:
                message = f"{self.name} answered with HTTP {self._status}"
                kind = AuthError if self._status in _FORBIDDEN else ServerError
                return kind(message, http_status=self._status)
        return None

    def ended(self, *, is_ready: bool) -> OllamaCliError:  # noqa: ARG002  no other error is it
        """Say that the connection broke."""
        return StreamCutError(f"{self.name} broke the connection off")

    @property
    def is_over(self) -> bool:
        """Return False: every request makes a connection if it needs one."""
        return False

    @property
    def noise(self) -> str:
        """Return nothing: HTTP has a place for everything."""
        return ""

    def close(self) -> None:
        """Do nothing: the server is not ours."""

    @asynccontextmanager
    async def _streams(self) -> AsyncIterator[Any]:
        # Answers are waited for by the session, which can tell a slow tool from a lost server.
        timeout = httpx2.Timeout(_WRITE, connect=_CONNECT, read=None)
        http = httpx2.AsyncClient(
            headers=_PLAIN | self._headers,
            timeout=timeout,
            trust_env=not self._is_private,
            event_hooks={"response": [self._note]},
        )
        connected = streamable_http_client(
            self._url, http_client=http, max_sse_event_size=LONGEST_LINE
        )
        async with http, connected as streams:
            yield streams

    async def _note(self, response: httpx2.Response) -> None:
        self._status = response.status_code
        response.stream = _Bounded(response)


def _told(error: Exception) -> str:
    return sentence(str(error)).lower() or type(error).__name__


def _complaint(error: BaseException) -> str | None:
    """Say what an answer was broken off for, if it was that which the SDK made this error of."""
    if not isinstance(error, MCPError):
        return None
    return next((each for each in (_TOO_LONG, _PACKED) if error.message.endswith(each)), None)


class _Bounded(httpx2.AsyncByteStream):
    """The bytes of an answer, of which one message may have so many and no more."""

    def __init__(self, response: httpx2.Response) -> None:
        self._stream = response.stream
        self._has_events = (
            response.headers.get("content-type", "").lower().startswith("text/event-stream")
        )
        self._is_packed = response.headers.get("content-encoding", "identity") != "identity"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._stream, httpx2.AsyncByteStream)  # noqa: S101  of an async client
        size, last = 0, b""
        async for data in self._stream:
            size += len(data)
            if self._has_events and (rest := _rest_of_event(last + data)) is not None:
                size = rest
            last = (last + data)[-_KEPT:]
            if self._is_packed or size > LONGEST_LINE:
                # The SDK takes no other errors for the end of the answer.
                kind = httpx2.SSEError if self._has_events else httpx2.StreamError
                raise kind(_PACKED if self._is_packed else _TOO_LONG)
            yield data

    async def aclose(self) -> None:
        """Close the connection, or give it back."""
        assert isinstance(self._stream, httpx2.AsyncByteStream)  # noqa: S101  likewise
        await self._stream.aclose()


def _rest_of_event(data: bytes) -> int | None:
    """Return how many bytes there are after the last event that is whole; None if none is."""
    end = max(map(data.rfind, (b"\n\n", b"\n\r\n", b"\r\r")))
    return None if end < 0 else len(data) - end
