"""The protocol over HTTP, for this machine alone and with a token: any user of it can connect."""

import hmac
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings

from ollama_cli.errors import ConfigError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.types.secrets import keep_secret

_ADDRESS: Final = "127.0.0.1"
_PATH: Final = "/mcp"
_NAMES: Final = (_ADDRESS, "localhost")
# A character of the input takes up to six in JSON, and the request has a head.
_IN_JSON: Final = 6
_HEAD: Final = 1 << 20
_BACKLOG: Final = 128
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Activity(Protocol):
    """Takes note that something came."""

    def heard(self) -> None:
        """Note it."""
        ...


@contextmanager
def opened(port: int) -> Iterator[socket.socket]:
    """Open the port on loopback, 0 for any that is free; OllamaCliError if that cannot be."""
    try:
        listener = socket.create_server((_ADDRESS, port), backlog=_BACKLOG)
    except OSError as error:
        raise OllamaCliError(
            f"cannot listen on port {port}: {(error.strerror or str(error)).lower()}",
            hint="choose another one, or 0 for any that is free",
        ) from error
    with listener:
        yield listener


def token(context: Context, variable: str | None) -> str:
    """Return the token that clients must show: that of the variable, else a new one."""
    if variable is None:
        return secrets.token_urlsafe()
    found = context.variables.get(variable, "").strip()
    if not found:
        raise ConfigError(
            f"{variable} (from --token-env) is not set", hint=f"set it: `export {variable}=…`"
        )
    keep_secret(found)
    return found


def announce(context: Context, listener: socket.socket, shown: str | None) -> None:
    """Tell on stderr where it listens, and a token that was made, once."""
    context.err.line(f"listening on http://{_ADDRESS}:{listener.getsockname()[1]}{_PATH}")
    if shown is not None:
        context.err.line(f"token: {shown}")


class Door:
    """Serves all clients that connect and show the token."""

    def __init__(
        self, server: Server[Any], listener: socket.socket, token: str, input_bytes: int
    ) -> None:
        self._server = server
        self._listener = listener
        self._token = token.encode()
        self._largest = _IN_JSON * input_bytes + _HEAD

    async def __call__(self, activity: Activity) -> None:
        """Serve until the task is cancelled."""
        port = self._listener.getsockname()[1]
        security = TransportSecuritySettings(
            allowed_hosts=[f"{name}:{port}" for name in _NAMES],
            allowed_origins=[f"http://{name}:{port}" for name in _NAMES],
        )
        app: App = self._server.streamable_http_app(
            streamable_http_path=_PATH,
            transport_security=security,
            max_request_body_size=self._largest,
        )
        config = uvicorn.Config(
            self._guarded(app, activity),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
        await uvicorn.Server(config).serve(sockets=[self._listener])

    def _guarded(self, app: App, activity: Activity) -> App:
        async def guarded(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                activity.heard()
                if not self._is_known(scope):
                    await _refuse(send)
                    return
            await app(scope, receive, send)

        return guarded

    def _is_known(self, scope: Message) -> bool:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(shown) != 1:
            return False
        scheme, _, token = shown[0].partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b"a token is needed\n"})
