"""One session with one server: every request goes through here."""

import json
import logging
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TextIO

import requests
from urllib3 import disable_warnings
from urllib3.exceptions import InsecureRequestWarning

from ollama_cli import __version__
from ollama_cli.errors import (
    ConfigError,
    OllamaCliError,
    RefusedError,
    ServerError,
    StreamCutError,
    UsageError,
)
from ollama_cli.transport import authorities, redirects
from ollama_cli.transport.authorization import authorized
from ollama_cli.transport.errors import translate
from ollama_cli.transport.pools import Adapter
from ollama_cli.transport.prepared import RequestFactory
from ollama_cli.transport.proxies import Proxy, proxy_of
from ollama_cli.transport.response import Reply
from ollama_cli.transport.retries import Retry, is_temporary, pause_of, pauses
from ollama_cli.types.secrets import redact, start_of
from ollama_cli.types.text import well_formed
from ollama_cli.types.urls import host_of, is_private, split_userinfo
from ollama_cli.types.written import WrittenRequest

_LOG: Final = logging.getLogger("ollama_cli.requests")
_SHOWN_BODY: Final = 2000
# The headers that an API needs, and that hold no secret.
_SHOWN: Final = frozenset({"content-type", "anthropic-version"})


class Transport:
    """Sends requests to one server; `root` may carry `user:password@`, which is never shown.

    With `local_only` nothing is sent to a public host, nor redirected there (RefusedError).
    `client_cert` is a PEM file of certificate and key, or a pair of such; with `insecure` the
    server's certificate is not verified. Headers and certificates are sent to no other server.
    Errors call it by its `name`, a server or a registry.
    """

    def __init__(
        self,
        root: str,
        *,
        connect_timeout: float,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        client_cert: str | tuple[str, str] | None = None,
        insecure: bool = False,
        local_only: bool = False,
        name: str = "server",
    ) -> None:
        self._name = name
        self._local_only = local_only
        self.root, userinfo = split_userinfo(root)
        self._connect_timeout = connect_timeout or None
        self._session = requests.Session()
        # Off, as ~/.netrc would replace our Authorization, and proxies would be used for loopback.
        self._session.trust_env = False
        self._verify: str | bool = False if insecure else ca_file or True
        # Always a pair: urllib3 then checks the key first, and OpenSSL asks for no pass phrase.
        self._cert = (client_cert, client_cert) if isinstance(client_cert, str) else client_cert
        if insecure:  # we warn once; the library would warn for each request
            disable_warnings(InsecureRequestWarning)
        self._adapter = Adapter()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)
        self._session.headers.update(
            {"User-Agent": f"ollama-cli/{__version__}", "Accept-Encoding": "identity"}
        )
        self._session.headers.update(authorized(userinfo, headers or {}))
        self._request_factory = RequestFactory(self._session, self.root)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    @cached_property
    def proxy(self) -> Proxy | None:
        """Return the proxy that leads to the server; raises what `proxy_of` raises."""
        return _proxy_to(self.root)

    @property
    def answering_proxy(self) -> Proxy | None:
        """Return the proxy that may answer for the server: one without a tunnel through it."""
        has_tunnel = self.root.startswith("https:") or (self.proxy and self.proxy.is_socks)
        return None if has_tunnel else self.proxy

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
        """Send a request and return its answer when the status has arrived.

        `wait` bounds the silence before the answer, `idle` the silence within it, in seconds; 0
        waits for ever. Raises what `translate` makes of requests' errors; an error status is no
        error.
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
                if pause is not None and is_temporary(response.status_code):
                    pause = pause_of(response, pause)
                if pause is None or not is_temporary(response.status_code):
                    longest = wait if idle is None else idle
                    return Reply(response, self.root, self._name, idle=longest or None)
                response.close()
            _LOG.info("trying again in %.1f s", pause)
            time.sleep(pause)

    def written(self, path: str, body: object) -> WrittenRequest:
        """Return a request as `send` would make it, without its secret headers; nothing is sent.

        Raises what `proxy_of` raises.
        """
        made = self._request_factory.request("POST", self.root + path, data := _encoded(body))
        known = {name: value for name, value in made.headers.items() if name.lower() in _SHOWN}
        proxy = self.proxy
        way = "" if proxy is None else f"${proxy.variable}" if proxy.variable else proxy.url
        return WrittenRequest(made.url or self.root + path, known, data, way)

    def _send_and_follow(
        self, method: str, url: str, body: object, wait: float
    ) -> requests.Response:
        if self._local_only and not is_private(host_of(self.root)):
            raise RefusedError(f"{self.root} is a public host, and local_only is set")
        response = self._send_once(method, url, body, wait)
        for _ in range(redirects.MOST):
            target = redirects.target_of(response) if method == "GET" else None
            if target is None:
                return response
            response.close()
            url = redirects.checked(target, url, response.status_code, local_only=self._local_only)
            response = self._send_once(method, url, body, wait)
        response.close()
        raise ServerError(f"the {self._name}", address=self.root, rest=" redirects in circles")

    def _send_once(self, method: str, url: str, body: object, wait: float) -> requests.Response:
        data = None if body is None else _encoded(body)
        timeout: Any = (self._connect_timeout, wait or None)
        if data is not None and _LOG.isEnabledFor(logging.DEBUG):
            _LOG.debug("> %s", start_of(data.decode(), _SHOWN_BODY))
        started = time.monotonic()
        outcome = "failed"
        is_own_server = redirects.same_origin(url, self.root)
        proxy = self.proxy if is_own_server else _proxy_to(url)
        try:
            # By the adapter: Session.send reads a redirect's body, even if it is not to follow it.
            response: requests.Response = self._adapter.send(
                self._request_factory.request(method, url, data),
                stream=True,
                timeout=timeout,
                verify=self._verify if is_own_server else self._verify or True,
                cert=self._cert if is_own_server else None,
                proxies={"all": proxy.url} if proxy else {},
            )
            outcome = str(response.status_code)
        except (requests.exceptions.RequestException, OSError, ValueError) as error:
            if url.startswith("https:"):
                self._check_files(error)  # that one cannot be read says all
            place = self.root if is_own_server else redirects.place_of(url)
            via = proxy.words if proxy else ""
            raise _translated(error, place, self._name, via) from error
        finally:
            if _LOG.isEnabledFor(logging.INFO):
                seconds = time.monotonic() - started
                _LOG.info("%s %s %s %.3f s", method, redact(url), outcome, seconds)
        return response

    def _check_files(self, cause: Exception) -> None:
        """Raise ConfigError for certificates that cannot be read."""
        for path in self._cert or ():
            if not Path(path).is_file():
                raise ConfigError(f"no such file: {path} (the client's certificate)") from cause
        if isinstance(self._verify, str):
            authorities.context(self._verify)


def _proxy_to(url: str) -> Proxy | None:
    return None if is_private(host_of(redirects.place_of(url))) else proxy_of(url)


def _encoded(body: object) -> bytes:
    """Write a body as JSON in UTF-8; half a character, as a broken argument has it, is U+FFFD.

    UsageError for what JSON has no word for, such as bytes or a number that is none.
    """
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"the request cannot be written as JSON: {error}") from error
    return well_formed(text).encode()


def _translated(error: Exception, root: str, name: str, via: str) -> OllamaCliError:
    if isinstance(error, OSError | UnicodeError):
        return translate(error, root, name, via=via)
    return ConfigError(f"cannot send a request to {redact(root)}: {error}")


class _Formatter(logging.Formatter):
    """Hides secrets in all that is logged."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def log_requests(stream: TextIO, *, bodies: bool) -> None:
    """Write a line for each request to `stream`; with `bodies` also what was sent."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter("%(message)s"))
    _LOG.handlers = [handler]
    _LOG.propagate = False
    _LOG.setLevel(logging.DEBUG if bodies else logging.INFO)
