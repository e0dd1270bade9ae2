"""Addresses: the text that a user types, turned into a URL that can be connected to.

Only the path decides whether an address is OpenAI-compatible. No URL made here holds `/v1/api`,
`/api/api` or `//` in its path, and every function is idempotent.
"""

import ipaddress
import posixpath
import re
from typing import Final, NamedTuple

from ollama_cli.errors import ConfigError

DEFAULT_PORT: Final = "11434"
_SCHEME_PORTS: Final = {"http": "80", "https": "443"}
_LARGEST_PORT: Final = 65535
# Patterns are compiled where they are first used: most runs use none of them.
_FORBIDDEN: Final = frozenset({*map(chr, range(0x21)), *'\x7f\\<>"`{}|^'})
_V1_ROUTE: Final = (
    r"/v1/(?:chat/completions|completions|embeddings|models(?:/.+)?|responses|messages"
    r"|audio/transcriptions)$"
)
_API_ROUTE: Final = (
    r"/api(?:/(?:version|status|tags|ps|show|pull|push|create|copy|delete|generate|chat|embed"
    r"|embeddings|me|signout|blobs/[^/]+|user/keys/[^/]+"
    r"|experimental/(?:web_search|web_fetch|model-recommendations)))?$"
)
_MISPLACED_ROUTE: Final = r"/(?:v1|api)/api(?:/.*)?$"
_BEFORE_HOST: Final = r"(?s)^([A-Za-z]+://)?.*@"
_LOOPBACK_V4: Final = "127.0.0.1"
_LOOPBACK_V6: Final = "::1"
_PRIVATE_NETWORKS: Final = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "fe80::/10",
    "fc00::/7",
)
_PRIVATE_SUFFIXES: Final = (".local", ".lan", ".internal", ".home.arpa")
_NUMERIC_NAME: Final = r"(?:0x[0-9a-f]*|[0-9]+)"


class Address(NamedTuple):
    """The parts of an address: `userinfo` ends in `@`, `host` is bare, `path` has no last slash."""

    scheme: str
    userinfo: str
    host: str
    port: str
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme or 'http'}://{self.userinfo}{host}{port}{self.path}"


def is_openai_compatible_base_url(base_url: str) -> bool:
    """Return whether the path ends in `/v1` or one of its routes; ConfigError if it is no URL."""
    return bool(_address(base_url)) and names_v1(base_url)


def names_v1(value: str) -> bool:
    """Return the same for an address that `parse_host` reads: it may lack a scheme and a host."""
    path = _split(value).path
    return path.endswith("/v1") or ("/v1/" in path and re.search(_V1_ROUTE, path) is not None)


def base_url_to_host_root(base_url: str) -> str:
    """Strip `/v1`, `/api` and routes off a URL and keep a prefix; ConfigError if it is no URL."""
    address = _address(base_url)
    return str(address._replace(path=_root_path(address.path)))


def parse_host(value: str) -> str:
    """Turn an OLLAMA_HOST value into a native root that can be connected to, as Ollama reads it.

    An empty value, an empty host and an invalid port get Ollama's defaults; `0.0.0.0` and `::`
    become loopback. Raises ConfigError for a query, a fragment or a scheme other than http(s).
    """
    address = _split(value)
    scheme, host, port = address.scheme, address.host, address.port
    default = _SCHEME_PORTS.get(scheme, DEFAULT_PORT)
    if (address.scheme, address.host, address.port) == ("", "ollama.com", ""):
        scheme, default = "https", "443"
    return str(
        Address(
            scheme,
            address.userinfo,
            _connectable(host),
            str(int(port)) if _is_port(port) else default,
            _root_path(address.path),
        )
    )


def ignored_port(value: str) -> str | None:
    """Return the invalid port that `parse_host` replaces by the default; None if it is valid."""
    port = _split(value).port
    return port if port and not _is_port(port) else None


def split_userinfo(url: str) -> tuple[str, str]:
    """Split `user:password` off a URL made here: (URL without it, userinfo or empty)."""
    address = _split(url)
    return str(address._replace(userinfo="")), address.userinfo.removesuffix("@")


def host_of(url: str) -> str:
    """Return the host of a URL, in lower case and without brackets."""
    return _split(url).host.lower()


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _ip(name)
    return address is not None and address.is_loopback


def is_private(host: str) -> bool:
    """Return whether a host is loopback or on a private network, by its address or its name."""
    name = host.lower().rstrip(".")
    if is_loopback(name):
        return True
    address = _ip(name)
    if address is not None:
        return any(address in ipaddress.ip_network(network) for network in _PRIVATE_NETWORKS)
    if re.fullmatch(_NUMERIC_NAME, name):  # resolvers read 134744072 as 8.8.8.8
        return False
    # IDNA maps other full stops and digits to ASCII: only ASCII shows what will be looked up.
    return (name.isascii() and "." not in name) or name.endswith(_PRIVATE_SUFFIXES)


def _connectable(host: str) -> str:
    address = _ip(host)
    if host and not (address and address.is_unspecified):
        return host
    return _LOOPBACK_V6 if ":" in str(address) else _LOOPBACK_V4


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _address(value: str) -> Address:
    address = _split(value)
    if not address.host:
        raise ConfigError(f"no host in the address {_shown(value)}")
    if address.port and not _is_port(address.port):
        raise ConfigError(f"no such port in the address {_shown(value)}")
    return address


def _split(value: str) -> Address:
    text = value.strip().strip("\"'").strip()
    if "?" in text or "#" in text:
        raise ConfigError(f"an address has no query and no fragment: {_shown(text)}")
    if text.startswith("//"):
        text = f"http:{text}"
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    if scheme and scheme.lower() not in _SCHEME_PORTS:
        raise ConfigError(f"not an http or https address: {_shown(text)}")
    authority, slash, path = rest.partition("/")
    userinfo, at, place = authority.rpartition("@")
    if not _FORBIDDEN.isdisjoint(rest):
        raise ConfigError(f"a character that no address can hold: {_shown(text)}")
    host, port = _split_port(place)
    if "@" in path:
        raise ConfigError(f"a `/` in a password is written %2F: {_shown(text)}")
    if "%" in host and ":" not in host:  # but for the zone of an IPv6 address
        raise ConfigError(f"a host is written without percent signs: {_shown(text)}")
    if any(mark in host for mark in ":[]") and _ip(host) is None:
        raise ConfigError(f"no such IPv6 address: {_shown(text)}")
    return Address(scheme.lower(), userinfo + at, host, port, _clean_path(slash + path))


def _split_port(place: str) -> tuple[str, str]:
    """Split host and port as Go's net.SplitHostPort does; a bare IPv6 address is all host."""
    if place.startswith("["):
        host, _, after = place[1:].partition("]")
        return host, after.removeprefix(":")
    if place.count(":") > 1:
        return place, ""
    host, _, port = place.partition(":")
    return host, port


def _is_port(text: str) -> bool:
    digits = text.lstrip("0") or text[:1]
    return (
        digits.isascii()
        and digits.isdigit()
        and len(digits) <= len(str(_LARGEST_PORT))
        and int(digits) <= _LARGEST_PORT
    )


def _shown(text: str) -> str:
    """Quote an invalid address without the text before an `@`, which may be a secret."""
    return repr(re.sub(_BEFORE_HOST, r"\1***@", text.strip().strip("\"'").strip()))


def _clean_path(path: str) -> str:
    cleaned = posixpath.normpath("/" + path.lstrip("/"))
    return "" if cleaned == "/" else cleaned


def _root_path(path: str) -> str:
    while path:
        shorter = re.sub(_API_ROUTE, "", re.sub(_V1_ROUTE, "", path)).removesuffix("/v1")
        shorter = re.sub(_MISPLACED_ROUTE, "", shorter)
        if shorter == path:
            break
        path = shorter
    return path
