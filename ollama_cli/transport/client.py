"""One session with one server: every request goes through here."""

import json
import logging
import re
import socket
import time
from collections.abc import Mapping
from typing import Any, Final, TextIO

import requests
import urllib3
import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from ollama_cli import __version__
from ollama_cli.errors import ConfigError, OllamaCliError, ServerError, StreamCutError
from ollama_cli.transport import redirects
from ollama_cli.transport.authorization import basic
from ollama_cli.transport.chunked import BulkResponse
from ollama_cli.transport.reply import Reply
from ollama_cli.transport.retries import Retry, is_passing, pause_of, pauses
from ollama_cli.transport.translation import translate
from ollama_cli.transport.watch import is_used
from ollama_cli.urls import host_of, is_private, redact, split_userinfo

_LOG: Final = logging.getLogger("ollama_cli.requests")
_JSON: Final = "application/json"
_SHOWN_BODY: Final = 2000
_HEADER_VALUE: Final = re.compile(r"(?:[!-~\xa1-\xff](?:[\t -~\xa0-\xff]*[!-~\xa1-\xff])?)?")


class _Streaming:
    """What streams need of a connection: chunks taken apart in bulk, and the socket in reach.

    urllib3 lets go of the socket once an answer that closes the connection has begun.
    """

    response_class: Any = BulkResponse
    live_socket: socket.socket | None = None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # the connection class stands beside this one
        self.live_socket = self.sock  # type: ignore[attr-defined]  # likewise

    def request(self, *args: Any, **kwargs: Any) -> None:
        is_used(self)
        super().request(*args, **kwargs)  # type: ignore[misc]  # likewise


class _HTTPConnection(_Streaming, urllib3.connection.HTTPConnection):
    pass


class _HTTPSConnection(_Streaming, urllib3.connection.HTTPSConnection):
    pass


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS: Final = {"http": _HTTPPool, "https": _HTTPSPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class Transport:
    """Sends requests to one server; `root` may carry `user:password@`, which is never shown."""

    def __init__(
        self,
        root: str,
        *,
        connect_timeout: float,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
    ) -> None:
        self.root, userinfo = split_userinfo(root)
        self._connect_timeout = connect_timeout or None
        self._session = requests.Session()
        # Off, because ~/.netrc would replace our Authorization and proxies would trap loopback.
        self._session.trust_env = False
        self._session.verify = ca_file or True
        if not is_private(host_of(self.root)):
            self._session.proxies = dict(get_environ_proxies(self.root))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter())
        self._session.headers.update(
            {"User-Agent": f"ollama-cli/{__version__}", "Accept-Encoding": "identity"}
        )
        if userinfo:
            self._session.headers["Authorization"] = basic(userinfo)
        self._session.headers.update(_sendable(headers or {}))

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        wait: float,
        idle: float | None = None,
        retry: Retry = Retry.NEVER,
    ) -> Reply:
        """Send a request and return its answer once the status is there.

        `wait` bounds the silence before the answer, `idle` the silence within it, in seconds; 0 is
        for ever. Raises what `translate` makes of requests' errors; an error status is no error.
        """
        url = self.root + path
        waits = pauses()
        while True:
            pause = next(waits, None) if retry is not Retry.NEVER else None
            try:
                response = self._send_and_follow(method, url, body, wait)
            except StreamCutError:
                if pause is None or retry is not Retry.ALWAYS:
                    raise
            else:
                if pause is not None and is_passing(response.status_code):
                    pause = pause_of(response, pause)
                if pause is None or not is_passing(response.status_code):
                    longest = wait if idle is None else idle
                    return Reply(response, self.root, idle=longest or None)
                response.close()
            _LOG.info("trying again in %.1f s", pause)
            time.sleep(pause)

    def _send_and_follow(
        self, method: str, url: str, body: object, wait: float
    ) -> requests.Response:
        response = self._send_once(method, url, body, wait)
        for _ in range(redirects.MOST):
            target = redirects.target_of(response) if method == "GET" else None
            if target is None:
                return response
            response.close()
            url = redirects.checked(target, url, response.status_code)
            response = self._send_once(method, url, body, wait)
        response.close()
        raise ServerError(f"the server at {self.root} redirects in circles")

    def _send_once(self, method: str, url: str, body: object, wait: float) -> requests.Response:
        data = None if body is None else json.dumps(body).encode()
        timeout: Any = (self._connect_timeout, wait or None)
        if data is not None:
            _LOG.debug("> %s", data[:_SHOWN_BODY].decode())
        headers: dict[str, str | None] = {} if data is None else {"Content-Type": _JSON}
        at_home = redirects.same_origin(url, self.root)
        if not at_home:
            headers["Authorization"] = None  # it belongs to the server that it was given for
        started = time.monotonic()
        outcome = "failed"
        try:
            request = requests.Request(method, url, data=data, headers=headers)
            # By the adapter, as Session.send reads the body of a redirect even if none is followed.
            response: requests.Response = self._session.get_adapter(url).send(
                self._session.prepare_request(request),
                stream=True,
                timeout=timeout,
                verify=self._session.verify or True,
                proxies=self._session.proxies,
            )
            outcome = str(response.status_code)
        except (requests.exceptions.RequestException, OSError, ValueError) as error:
            raise _translated(error, self.root if at_home else url) from error
        finally:
            _LOG.info("%s %s %s %.3f s", method, redact(url), outcome, time.monotonic() - started)
        return response


def _sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    # Checked before the library does it, as its words show the value, and that may be a token.
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise ConfigError(
                f"the header {name} holds a character that no header can hold",
                hint="look for a line break or a blank around a token",
            )
    return headers


def _translated(error: Exception, root: str) -> OllamaCliError:
    if isinstance(error, OSError | UnicodeError):
        return translate(error, root)
    return ConfigError(f"cannot send a request to {redact(root)}: {error}")


def log_requests(stream: TextIO, *, bodies: bool) -> None:
    """Write a line for each request to `stream`; with `bodies` also what was sent."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _LOG.handlers = [handler]
    _LOG.propagate = False
    _LOG.setLevel(logging.DEBUG if bodies else logging.INFO)
