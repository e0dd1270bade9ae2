"""How `user:password@` of an address becomes a header, and what of headers is never shown."""

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from ollama_cli.urls import keep_secret

# All others may hold a secret: they go to one server alone, and are hidden wherever they return.
HARMLESS: Final = frozenset({"accept", "accept-encoding", "user-agent"})


def basic(userinfo: str) -> str:
    """Write `user:password`, as it stands in an address, as an Authorization header's value."""
    user, _, password = userinfo.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def keep_secrets(userinfo: str, headers: Mapping[str, str]) -> None:
    """Hide password and headers from now on, also where the server sends them back."""
    password = userinfo.partition(":")[2]
    secrets = [password, unquote(password), basic(userinfo).partition(" ")[2]] if userinfo else []
    values = [value for name, value in headers.items() if name.lower() not in HARMLESS]
    secrets += [*values, *(value.rpartition(" ")[2] for value in values)]
    for secret in secrets:
        keep_secret(secret)
        keep_secret(quote(secret, safe=""))
