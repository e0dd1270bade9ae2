"""Headers: one is made of an address's `user:password@`, and secret ones are never shown."""

import base64
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from ollama_cli.errors import ConfigError
from ollama_cli.types.secrets import keep_secret

# All others may hold a secret: they are sent to one server only, and hidden in what it sends back.
HARMLESS: Final = frozenset({"accept", "accept-encoding", "connection", "user-agent"})
_HEADER_VALUE: Final = r"(?:[!-~\xa1-\xff](?:[\t -~\xa0-\xff]*[!-~\xa1-\xff])?)?"


def basic(userinfo: str) -> str:
    """Return the value of an Authorization header for `user:password`, written as in an address."""
    user, _, password = userinfo.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def keep_secrets(userinfo: str, headers: Mapping[str, str]) -> None:
    """Make `redact` hide password and headers from now on, also where the server repeats them."""
    password = userinfo.partition(":")[2]
    secrets = [password, unquote(password), basic(userinfo).partition(" ")[2]] if userinfo else []
    values = [value for name, value in headers.items() if name.lower() not in HARMLESS]
    secrets += [*values, *(value.rpartition(" ")[2] for value in values)]
    for secret in secrets:
        keep_secret(secret)
        keep_secret(quote(secret, safe=""))


def sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Check headers that users gave; ConfigError for one that no request can carry."""
    # Checked before the library does it, as its error shows the value, which may be a token.
    for name, value in headers.items():
        if not re.fullmatch(_HEADER_VALUE, value):
            raise ConfigError(
                f"the header {name} holds a character that no header can hold",
                hint="look for a line break or a blank around a token",
            )
    return headers
