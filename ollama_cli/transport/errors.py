"""The errors of requests and urllib3, turned into ours; one table, each row tested."""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import requests
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    IncompleteRead,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from ollama_cli.errors import (
    ConfigError,
    OllamaCliError,
    ServerError,
    StreamCutError,
    TimedOutError,
    UnreachableError,
)
from ollama_cli.types.urls import host_of, is_loopback, redact

_START_HINT: Final = "start it with `ollama serve` (install: https://ollama.com/download)"
_ADDRESS_HINT: Final = "check the address: `ollama-cli config get host`, or pass `--host`"
_AUTHORITY_HINT: Final = (
    "check http:// against https://, or name the server's CA with OLLAMA_CLI_CA_FILE"
)
_CERTIFICATE_HINT: Final = "check client_cert in the [hosts] entry of this server"
_OWN_CERTIFICATE: Final = ("certificate required", "PEM lib", "mismatch", "is encrypted")
_USERS_FAULT: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
    LocationValueError,
    UnicodeError,
)
_SILENCE: Final = (ReadTimeoutError, requests.exceptions.ReadTimeout, TimeoutError)


@contextmanager
def translated(url: str, *, answering: bool = False) -> Iterator[None]:
    """Raise our errors for what requests raises; `answering` once the answer has begun."""
    try:
        yield
    except (requests.exceptions.RequestException, HTTPError, OSError, UnicodeError) as error:
        raise translate(error, url, answering=answering) from error


def translate(error: Exception, url: str, *, answering: bool = False) -> OllamaCliError:
    """Turn one error into ours; `url` is where the request went."""
    at = f"at {redact(url)}"
    chain = _chain(error)
    for cause in chain:
        for kinds, make in _TABLE:
            if isinstance(cause, kinds) and not (answering and make is _tls):
                return make(cause, at, url)
    if answering or any(isinstance(cause, ConnectionError) for cause in chain):
        return StreamCutError(
            f"the server {at} broke the connection: {_words(chain[-1])}",
            hint="see the server's log; the same command can be run again",
        )
    return ServerError(f"the request to the server {at} failed: {_words(chain[-1])}")


def _chain(error: BaseException) -> list[BaseException]:
    """List an error and what it wraps, the inmost last: the reason often hides in args."""
    chain: list[BaseException] = []
    queue: list[object] = [error]
    while queue:
        item = queue.pop(0)
        if isinstance(item, BaseException) and item not in chain:
            chain.append(item)
            queue += [getattr(item, "reason", None), *item.args, item.__cause__, item.__context__]
    return chain


def _unresolved(_: BaseException, at: str, url: str) -> OllamaCliError:
    message = f"no server can be found {at}: no such host name: {host_of(url)}"
    return UnreachableError(message, hint=_ADDRESS_HINT)


def _no_connection(error: BaseException, at: str, url: str) -> OllamaCliError:
    hint = _START_HINT if is_loopback(host_of(url)) else _ADDRESS_HINT
    reason = _chain(error)[-1]
    # Whoever refuses is there, and runs no server; what else goes wrong lies on the way to it.
    is_refused = isinstance(reason, ConnectionRefusedError)
    what = "no running Ollama server detected" if is_refused else "no way to the server"
    return UnreachableError(f"{what} {at}: {_words(reason)}", hint=hint)


def _proxy(error: BaseException, at: str, _: str) -> OllamaCliError:
    return UnreachableError(
        f"no way to the server {at} through the proxy: {_words(_chain(error)[-1])}",
        hint="check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
    )


def _tls(error: BaseException, at: str, _: str) -> OllamaCliError:
    reasons = [each for each in _chain(error) if isinstance(each, ssl.SSLError)]
    words = _words(reasons[-1] if reasons else error)
    is_ours = any(sign in words for sign in _OWN_CERTIFICATE)
    return UnreachableError(
        f"no secure connection to the server {at}: {words}",
        hint=_CERTIFICATE_HINT if is_ours else _AUTHORITY_HINT,
    )


def _connect_timeout(_: BaseException, at: str, __: str) -> OllamaCliError:
    timed_out = TimedOutError(
        f"no connection to the server {at} within the time allowed",
        hint="check the address, or allow more with `--connect-timeout SECONDS`",
    )
    timed_out.connecting = True
    return timed_out


def _read_timeout(_: BaseException, at: str, __: str) -> OllamaCliError:
    return TimedOutError(
        f"the server {at} went silent",
        hint="wait longer with `--timeout SECONDS` (0 waits for ever)",
    )


def _unusable(error: BaseException, at: str, url: str) -> OllamaCliError:
    if any(isinstance(each, urllib3.exceptions.InvalidHeader) for each in _chain(error)):
        return _undecodable(error, at, url)  # the header is one of the server's
    return ConfigError(f"cannot use the address {at}: {_words(error)}", hint=_ADDRESS_HINT)


def _cut(_: BaseException, at: str, __: str) -> OllamaCliError:
    return StreamCutError(
        f"the answer of the server {at} was cut off",
        hint="see the server's log; the same command can be run again",
    )


def _undecodable(error: BaseException, at: str, _: str) -> OllamaCliError:
    return ServerError(f"the answer of the server {at} cannot be decoded: {_words(error)}")


_TABLE: Final = (
    (_USERS_FAULT, _unusable),
    ((requests.exceptions.ProxyError, urllib3.exceptions.ProxyError), _proxy),
    ((requests.exceptions.SSLError, SSLError), _tls),
    ((NameResolutionError, socket.gaierror), _unresolved),
    ((NewConnectionError,), _no_connection),
    ((requests.exceptions.ConnectTimeout, ConnectTimeoutError), _connect_timeout),
    (_SILENCE, _read_timeout),
    ((IncompleteRead, http.client.IncompleteRead), _cut),
    ((DecodeError, requests.exceptions.ContentDecodingError), _undecodable),
)


def _words(error: BaseException) -> str:
    """Say an operating system's or library's reason in a few lower-case words."""
    if isinstance(error, OSError) and error.strerror:
        text = re.sub(r" \(_ssl\.c:\d+\)", "", error.strerror)
    else:
        text = str(error) or type(error).__name__
    text = redact(" ".join(text.split())).rstrip(".")
    text = text.rpartition("] ")[2] if text.startswith("[") else text
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
