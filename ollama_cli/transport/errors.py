"""The errors of requests and urllib3, turned into ours; one table, each row tested."""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

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
from ollama_cli.transport import scopes
from ollama_cli.types.secrets import redact
from ollama_cli.types.urls import DEFAULT_PORT, host_of, is_loopback

_START_HINT: Final = "start it with `{at}ollama serve` (install: https://ollama.com/download)"
_ADDRESS_HINT: Final = "check the address: `ollama-cli config get host`, or pass `--host`"
_LINK_LOCAL: Final = ("fe8", "fe9", "fea", "feb")  # as addresses begin of fe80::/10
_AUTHORITY_HINT: Final = (
    "check http:// against https://, or name the server's CA with OLLAMA_CLI_CA_FILE"
)
_CERTIFICATE_HINT: Final = "check client_cert in the [hosts] entry of this server"
_OWN_CERTIFICATE: Final = ("certificate required", "PEM lib", "mismatch", "is encrypted")
_UNUSABLE: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
    LocationValueError,
    UnicodeError,
)
_READ_TIMEOUTS: Final = (ReadTimeoutError, requests.exceptions.ReadTimeout, TimeoutError)


class Peer(NamedTuple):
    """The other side of a request: its URL, and what it is, a server or a registry.

    `via` is the proxy on the way, in words; empty if there is none.
    """

    url: str
    name: str = "server"
    via: str = ""

    @property
    def address(self) -> str:
        """Return the URL without the password."""
        return redact(self.url)

    @property
    def is_registry(self) -> bool:
        """Return whether it is a registry: hints about the user's server would mislead."""
        return self.name != "server"


@contextmanager
def translated(url: str, name: str = "server", *, answering: bool = False) -> Iterator[None]:
    """Raise our errors for what requests raises; `answering` once the answer has begun."""
    try:
        yield
    except (requests.exceptions.RequestException, HTTPError, OSError, UnicodeError) as error:
        raise translate(error, url, name, answering=answering) from error


def translate(
    error: Exception, url: str, name: str = "server", *, via: str = "", answering: bool = False
) -> OllamaCliError:
    """Turn one error into ours; `url` is where the request went, `name` says what is there.

    `via` is the proxy on the way, in words.
    """
    peer = Peer(url, name, via)
    ours = _our_error(error, peer, answering=answering)
    # The address of a registry was not set as that of the server, even if both are the same.
    return ours.with_facts(hint=None, origin="") if peer.is_registry else ours


def _our_error(error: Exception, peer: Peer, *, answering: bool) -> OllamaCliError:
    chain = causes(error)
    for cause in chain:
        for kinds, make in _TABLE:
            if isinstance(cause, kinds) and not (answering and make is _tls):
                # Through a SOCKS proxy, whatever fails before there is a connection is its matter.
                of_a_proxy = peer.via and make in {_unresolved, _no_connection}
                return (_proxy if of_a_proxy else make)(cause, peer)
    if answering or any(isinstance(cause, ConnectionError) for cause in chain):
        return StreamCutError(
            f"the {peer.name}",
            address=peer.address,
            rest=" broke the connection",
            reason=_words(chain[-1]),
            hint="see the server's log; the same command can be run again",
        )
    return ServerError(
        f"the request to the {peer.name}",
        address=peer.address,
        rest=" failed",
        reason=_words(chain[-1]),
    )


def causes(error: BaseException) -> list[BaseException]:
    """List an error and those that it wraps, the innermost last: the reason is often in `args`."""
    chain: list[BaseException] = []
    queue: list[object] = [error]
    while queue:
        item = queue.pop(0)
        if isinstance(item, BaseException) and item not in chain:
            chain.append(item)
            queue += [getattr(item, "reason", None), *item.args, item.__cause__, item.__context__]
    return chain


def _unresolved(_: BaseException, peer: Peer) -> OllamaCliError:
    what = "no way to the registry" if peer.is_registry else "no server can be found"
    reason = scopes.unresolved(host_of(peer.url))
    return UnreachableError(what, address=peer.address, reason=reason, hint=_ADDRESS_HINT)


def _start_hint(url: str) -> str:
    place = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    is_usual = place.endswith(f":{DEFAULT_PORT}")
    return _START_HINT.format(at="" if is_usual else f"OLLAMA_HOST={place} ")


def _no_connection(error: BaseException, peer: Peer) -> OllamaCliError:
    host = host_of(peer.url)
    may_be_started = is_loopback(host) and peer.address.startswith("http:")  # Ollama speaks no TLS
    hint = _start_hint(peer.address) if may_be_started else _ADDRESS_HINT
    if ":" in host and host.startswith(_LINK_LOCAL) and "%" not in host:
        hint = f"name the interface that leads to it as well: [{host}%eth0]"
    reason = causes(error)[-1]
    # A refusal means that the host is there and runs no server; other errors are on the way to it.
    is_refused = isinstance(reason, ConnectionRefusedError) and not peer.is_registry
    what = "no running Ollama server detected" if is_refused else f"no way to the {peer.name}"
    return UnreachableError(what, address=peer.address, reason=_words(reason), hint=hint)


def _proxy(error: BaseException, peer: Peer) -> OllamaCliError:
    return UnreachableError(
        f"no way to the {peer.name}",
        address=peer.address,
        rest=f" through the proxy {peer.via}".rstrip(),
        reason=_words(causes(error)[-1]),
        hint="check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
    )


def _tls(error: BaseException, peer: Peer) -> OllamaCliError:
    reasons = [each for each in causes(error) if isinstance(each, ssl.SSLError)]
    words = _words(reasons[-1] if reasons else error)
    is_ours = any(sign in words for sign in _OWN_CERTIFICATE)
    return UnreachableError(
        f"no secure connection to the {peer.name}",
        address=peer.address,
        reason=words,
        hint=_CERTIFICATE_HINT if is_ours else _AUTHORITY_HINT,
    )


def _connect_timeout(_: BaseException, peer: Peer) -> OllamaCliError:
    return TimedOutError(
        f"no connection to the {peer.name}",
        address=peer.address,
        rest=" within the time allowed",
        hint="check the address, or allow more with `--connect-timeout SECONDS`",
    ).with_facts(connecting=True)


def _read_timeout(_: BaseException, peer: Peer) -> OllamaCliError:
    return TimedOutError(
        f"the {peer.name}",
        address=peer.address,
        rest=" went silent",
        hint="wait longer with `--timeout SECONDS` (0 waits for ever)",
    )


def _unusable(error: BaseException, peer: Peer) -> OllamaCliError:
    if any(isinstance(each, urllib3.exceptions.InvalidHeader) for each in causes(error)):
        return _undecodable(error, peer)  # the header is one of the server's
    return ConfigError(
        "cannot use the address", address=peer.address, reason=_words(error), hint=_ADDRESS_HINT
    )


def _cut(_: BaseException, peer: Peer) -> OllamaCliError:
    return StreamCutError(
        f"the answer of the {peer.name}",
        address=peer.address,
        rest=" was cut off",
        hint="see the server's log; the same command can be run again",
    )


def _undecodable(error: BaseException, peer: Peer) -> OllamaCliError:
    return ServerError(
        f"the answer of the {peer.name}",
        address=peer.address,
        rest=" cannot be decoded",
        reason=_words(error),
    )


_TABLE: Final = (
    (_UNUSABLE, _unusable),
    ((requests.exceptions.ProxyError, urllib3.exceptions.ProxyError), _proxy),
    ((requests.exceptions.SSLError, SSLError), _tls),
    ((NameResolutionError, socket.gaierror), _unresolved),
    ((NewConnectionError,), _no_connection),
    ((requests.exceptions.ConnectTimeout, ConnectTimeoutError), _connect_timeout),
    (_READ_TIMEOUTS, _read_timeout),
    ((IncompleteRead, http.client.IncompleteRead), _cut),
    ((DecodeError, requests.exceptions.ContentDecodingError), _undecodable),
)


def _words(error: BaseException) -> str:
    """Return the reason of an operating system or a library in a few lower-case words."""
    # Libraries make an OSError of whatever they like: its `strerror` may be another error.
    if isinstance(error, OSError) and isinstance(error.strerror, str):
        text = re.sub(r" \(_ssl\.c:\d+\)", "", error.strerror)
    else:
        text = str(error) or type(error).__name__
    text = redact(" ".join(text.split())).rstrip(".")
    text = text.rpartition("] ")[2] if text.startswith("[") else text
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
