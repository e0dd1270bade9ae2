"""An error of a library becomes one of ours, before an answer and within it: a row per error."""

import http.client
import socket
from collections.abc import Callable

import pytest
import requests
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    IncompleteRead,
    LocationParseError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError as BrokenError,
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
from ollama_cli.transport.errors import translate


def pool_error(reason: Exception) -> requests.exceptions.ConnectionError:
    pool = urllib3.HTTPConnectionPool("10.255.0.1", 80)
    return requests.exceptions.ConnectionError(MaxRetryError(pool, "/", reason))


def new_connection(words: str) -> NewConnectionError:
    return NewConnectionError(urllib3.connection.HTTPConnection("10.255.0.1"), words)


POOL = urllib3.HTTPConnectionPool("10.255.0.1", 80)
CONNECTION = urllib3.connection.HTTPConnection("10.255.0.1")
MADE: dict[str, tuple[Callable[[], Exception], type[OllamaCliError], type[OllamaCliError]]] = {
    "no route": (
        lambda: pool_error(new_connection("[Errno 113] No route to host")),
        UnreachableError,
        UnreachableError,
    ),
    "no name": (
        lambda: pool_error(NameResolutionError("h", CONNECTION, socket.gaierror(-2, "unknown"))),
        UnreachableError,
        UnreachableError,
    ),
    "a bare DNS error": (
        lambda: socket.gaierror(-2, "unknown"),
        UnreachableError,
        UnreachableError,
    ),
    "proxy": (
        lambda: requests.exceptions.ProxyError(
            MaxRetryError(POOL, "/", urllib3.exceptions.ProxyError("no", OSError("refused")))
        ),
        UnreachableError,
        UnreachableError,
    ),
    "TLS": (lambda: requests.exceptions.SSLError("bad"), UnreachableError, StreamCutError),
    "TLS below": (lambda: pool_error(SSLError("bad")), UnreachableError, StreamCutError),
    "connect timeout": (
        lambda: requests.exceptions.ConnectTimeout("slow"),
        TimedOutError,
        TimedOutError,
    ),
    "connect timeout below": (
        lambda: pool_error(ConnectTimeoutError(CONNECTION, "slow")),
        TimedOutError,
        TimedOutError,
    ),
    "read timeout": (
        lambda: requests.exceptions.ReadTimeout("slow"),
        TimedOutError,
        TimedOutError,
    ),
    "read timeout below": (
        lambda: requests.exceptions.ConnectionError(ReadTimeoutError(POOL, "/", "slow")),
        TimedOutError,
        TimedOutError,
    ),
    "bare timeout": (lambda: TimeoutError("timed out"), TimedOutError, TimedOutError),
    "cut": (lambda: BrokenError("cut", IncompleteRead(1, 2)), StreamCutError, StreamCutError),
    "cut chunks": (
        lambda: BrokenError("cut", http.client.IncompleteRead(b"")),
        StreamCutError,
        StreamCutError,
    ),
    "reset": (
        lambda: BrokenError("x", ConnectionResetError(104, "Connection reset by peer")),
        StreamCutError,
        StreamCutError,
    ),
    "anything else": (requests.exceptions.RequestException, ServerError, StreamCutError),
    "an address that cannot be read": (lambda: LocationParseError("x"), ConfigError, ConfigError),
    "a label too long": (lambda: UnicodeError("label too long"), ConfigError, ConfigError),
    "an address without a scheme": (
        lambda: requests.exceptions.MissingSchema("x"),
        ConfigError,
        ConfigError,
    ),
    "a bad proxy address": (
        lambda: requests.exceptions.InvalidProxyURL("x"),
        ConfigError,
        ConfigError,
    ),
}


@pytest.mark.parametrize(("make", "before", "within"), MADE.values(), ids=MADE)
def test_a_librarys_error_becomes_ours_before_and_within_an_answer(
    make: Callable[[], Exception], before: type[OllamaCliError], within: type[OllamaCliError]
) -> None:
    url = "http://user:secret@10.255.0.1"
    for answering, kind in ((False, before), (True, within)):
        error = translate(make(), url, answering=answering)
        assert type(error) is kind
        assert "secret" not in error.message


def test_an_error_that_wraps_itself_does_not_go_round_for_ever() -> None:
    outer, inner = OSError("outer"), OSError("inner")
    outer.__context__, inner.__context__ = inner, outer
    assert type(translate(outer, "http://h")) is ServerError


@pytest.mark.parametrize(
    ("url", "at"),
    [
        ("http://127.0.0.1:11434", ""),
        ("http://localhost:11434/api/tags", ""),
        ("http://127.0.0.1:9", "OLLAMA_HOST=127.0.0.1:9 "),
        ("http://[::1]:9/api", "OLLAMA_HOST=[::1]:9 "),
        ("http://a:b@127.0.0.1:9", "OLLAMA_HOST=127.0.0.1:9 "),
    ],
)
def test_what_starts_a_server_starts_it_where_it_is_looked_for(url: str, at: str) -> None:
    error = translate(new_connection("refused"), url)
    assert str(error.hint).startswith(f"start it with `{at}ollama serve` (install: ")
