"""Redirects of GET, which we follow ourselves: requests would read their bodies of any length."""

from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from ollama_cli.errors import ConfigError, RefusedError, ServerError
from ollama_cli.transport import scopes
from ollama_cli.types.secrets import redact, start_of
from ollama_cli.types.urls import host_of, is_private

MOST: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_CODES: Final = frozenset({301, 302, 303, 307, 308})


def target_of(response: requests.Response) -> str | None:
    """Return where a redirect points, as the server wrote it; None if the answer is none."""
    if response.status_code not in _CODES:
        return None
    return response.headers.get("Location")


def checked(location: str, url: str, status: int, *, local_only: bool = False) -> str:
    """Return a redirect's target as a URL; ServerError if it is no http or https URL.

    Raises RefusedError for a public host, with `local_only`.
    """
    plain, scope = scopes.split(url)
    try:
        # As it will be sent: other parsers of `http://one\@other/` find another host in it.
        target = requests.Request("GET", urljoin(plain, location)).prepare().url or ""
        parts = urlsplit(target)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        host = host_of(place_of(target))
        usable = usable and host == scopes.connectable(parts.hostname or "")
    except (ValueError, ConfigError):
        target, usable, host = location, False, ""
    if not usable:
        raise ServerError(
            "the server",
            address=redact(url),
            rest=" points to no address",
            reason=start_of(target, 200),
            http_status=status,
        )
    if local_only and not is_private(host):
        raise RefusedError(
            f"{redact(url)} points to {place_of(target)}, a public host, and local_only is set"
        )
    # A server knows nothing of the scope that leads to it.
    return scopes.join(target, scope) if same_origin(target, plain) else target


def place_of(url: str) -> str:
    """Return the server of a URL: its scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def same_origin(one: str, other: str) -> bool:
    """Return whether two URLs lead to one server, which may be shown the same secrets."""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    host = scopes.connectable(parts.hostname or "")
    return parts.scheme, host, parts.port or _PORTS.get(parts.scheme)
