"""The scopes of link-local addresses: `fe80::1%eth0` names the way to it, and is asked with it.

requests reads the percent sign of a scope as that of a letter (`%41`), even where it is written as
RFC 6874 wants it. So it is shown the address without its scope, which no server needs to know.
"""

import re
from typing import Final

_SCOPE: Final = r"(//[^/]*\[[^\]/%]*)%(?:25)?([^\]/]+)(?=\])"
_PLACE: Final = r"(//[^/]*\[[^\]/%]*)(?=\])"


def split(url: str) -> tuple[str, str]:
    """Split the scope off the address in a URL: (the URL without it, the scope or empty)."""
    found = re.match(rf"\w+:{_SCOPE}", url)
    return (re.sub(_SCOPE, r"\1", url, count=1), found[2]) if found else (url, "")


def join(url: str, scope: str) -> str:
    """Put a scope into the address of a URL, as RFC 6874 writes it."""
    return re.sub(_PLACE, rf"\g<1>%25{scope}", url, count=1) if scope else url


def connectable(host: str) -> str:
    """Return a host as a resolver reads it, with the bare percent sign of its scope."""
    return re.sub(r"%25(?=.)", "%", host) if ":" in host else host


def unresolved(host: str) -> str:
    """Say what a resolver does not know of a host: its name, or the interface that it names."""
    address, _, scope = connectable(host).partition("%")
    if ":" in address and scope:
        return f"this machine has no interface {scope!r}"
    return f"no such host name: {host}"
