"""Which requests are passed on: those that no foreign web page can have sent.

A relay on the loopback address is reached by any page in a browser of this machine: by its own
name, which somebody makes lead here (DNS rebinding), or from another origin. The server behind it
sees the same head and may judge by it; it must not have to.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from ollama_cli.errors import ConfigError
from ollama_cli.features.tap.messages import Head
from ollama_cli.types.urls import host_of, is_loopback

_PLACE: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_WORDS: Final = 3


def refusal(head: Head) -> tuple[int, str] | None:
    """Return why a request is not passed on, as a status and a sentence; None if it is."""
    hosts = head.all("host")
    if len(head.first) != _WORDS or not head.first[2].startswith("HTTP/1.") or len(hosts) > 1:
        return 400, "no request of HTTP/1"
    target = head.first[1]
    if "://" in target and not target.startswith("/"):
        hosts.append(urlsplit(target).netloc)
    for host in hosts:
        if not _is_here(host):
            return 403, f"the Host is not this machine: {host}"
    for origin in head.all("origin"):
        scheme, _, place = origin.partition("://")
        if scheme.lower() not in {"http", "https"} or not _is_here(place):
            return 403, f"the Origin is not this machine: {origin}"
    return None


def _is_here(place: str) -> bool:
    if not _PLACE.fullmatch(place):
        return False
    try:
        return is_loopback(host_of(f"http://{place}"))
    except ConfigError:
        return False
