"""How `user:password@` of an address becomes a header."""

import base64
from urllib.parse import unquote


def basic(userinfo: str) -> str:
    """Write `user:password`, as it stands in an address, as an Authorization header's value."""
    user, _, password = userinfo.partition(":")
    return "Basic " + base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
