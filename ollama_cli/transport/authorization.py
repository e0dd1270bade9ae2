"""Headers: one is made of an address's `user:password@`, and secret ones are never shown."""

import base64
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from ollama_cli.errors import ConfigError
from ollama_cli.types.secrets import keep_secret, keep_userinfo

# All others may hold a secret: they are sent to one server only, and hidden in what it sends back.
HARMLESS: Final = frozenset(
    {"accept", "accept-encoding", "anthropic-version", "connection", "user-agent"}
)
_HEADER_VALUE: Final = r"(?:[!-~\xa1-\xff](?:[\t -~\xa0-\xff]*[!-~\xa1-\xff])?)?"


def basic(userinfo: str) -> str:
    """Return the value of an Authorization header for `user:password`, written as in an address."""
    user, _, password = userinfo.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def authorized(userinfo: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers for one server; ConfigError for one that no request can carry.

    From now on, what is secret in them is hidden, also where the server repeats it.
    """
    own = {"Authorization": basic(userinfo)} if userinfo else {}
    keep_userinfo(userinfo)
    for name, value in headers.items():
        if name.lower() not in HARMLESS:
            _keep_header(value)
    return {**own, **_sendable(headers)}


def _keep_header(value: str) -> None:
    """Hide a header's value and the parts that it is made of: a token, a cookie, a login."""
    keep_secret(value)
    for part in filter(_is_token, re.split(r"[\s;,]+", value)):
        keep_secret(part)
        keep_secret(part.partition("=")[2])
    kind, _, token = value.partition(" ")
    if kind.lower() == "basic":
        keep_userinfo(_login(token))


def _is_token(part: str) -> bool:
    return not part.isalpha()


def _login(token: str) -> str:
    """Return what Basic authorization says, quoted as in an address; empty if it says nothing."""
    try:
        user, colon, password = base64.b64decode(token).decode().partition(":")
    except ValueError:
        return ""
    return f"{quote(user)}{colon}{quote(password)}"


def _sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Check headers that users gave; ConfigError for one that no request can carry."""
    # Checked before the library does it, as its error shows the value, which may be a token.
    for name, value in headers.items():
        if not re.fullmatch(_HEADER_VALUE, value):
            raise ConfigError(
                f"the header {name} holds a character that no header can hold",
                hint="look for a line break or a blank around a token",
            )
    return headers
