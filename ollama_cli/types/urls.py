"""Addresses: the text that a user types, turned into URLs that can be connected to.

Only the path decides whether an address is OpenAI-compatible. No URL made here holds `/v1/api` or
`//` in its path, and every function is idempotent, but for the root of `/api/v1`, which is `/api`:
a root of that name is one of Ollama's routes. The host of each is spelled as it will be asked: what
judges a host, and what asks it, read the same one.
"""

import ipaddress
import posixpath
import re
from typing import Final, NamedTuple, TypeAlias

from ollama_cli.errors import ConfigError

DEFAULT_PORT: Final = "11434"
_SCHEME_PORTS: Final = {"http": "80", "https": "443"}
_LARGEST_PORT: Final = 65535
# Patterns are compiled where they are first used: most runs use none of them.
_FORBIDDEN: Final = frozenset({*map(chr, range(0x21)), *'\x7f\\<>"`{}|^'})
_CHAT_ROUTE: Final = "/chat/completions"
_ROUTE: Final = (
    r"/(?:chat/completions|completions|embeddings|models(?:/.+)?|responses|messages"
    r"|audio/transcriptions)$"
)
_V1_ROUTE: Final = rf"/v1{_ROUTE}"
# What is asked as it was typed: a version, as `/v1`, `/v4` or `/v1beta`, or Google's `…/openai`.
_OPENAI_PLACE: Final = r"/(?:v\d+(?:beta\d*)?|openai)"
_BELOW_API: Final = "/api"
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
_NAT64: Final = "64:ff9b::/96"
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63
_LABEL: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_ZONE: Final = r"(?!25)[0-9A-Za-z._~-]+"  # one that begins so would be read as RFC 6874 writes it
_NUMBER: Final = r"[0-9]+|0x[0-9a-f]*"
_BYTES: Final = 4
_IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Address(NamedTuple):
    """The parts of an address: `userinfo` ends in `@`, `path` has no last slash.

    `host` is bare, and spelled as it will be asked: ASCII in lower case, an IP address in full.
    """

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


def names_openai(value: str) -> bool:
    """Return whether an address names the OpenAI-compatible API: it ends in a version or `openai`.

    A route at its end is not looked at.
    """
    return _openai_path(_split(value).path) is not None


def may_be_webui(value: str) -> bool:
    """Return whether an address ends in a bare `/api`: Ollama's, or Open WebUI's whole API."""
    path = _without_route(_split(value).path)
    return path.endswith(_BELOW_API) and _root_path(path) == path.removesuffix(_BELOW_API)


def openai_path(value: str) -> str:
    """Return what stands between the root of an address and the routes of its OpenAI API.

    It is `/v1` but for an address that ends in another version, or in `openai`.
    """
    path = _split(value).path
    found = _openai_path(path)
    return "/v1" if found is None else found.removeprefix(_root_path(path))


def base_url_to_host_root(base_url: str) -> str:
    """Strip `/v1`, `/api` and routes off a URL and keep a prefix; ConfigError if it is no URL.

    What is left of `/api/v1` is `/api`: there it is no route of Ollama.
    """
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
            host or _LOOPBACK_V4,
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
    """Return the host of a URL as it will be asked, without brackets."""
    return _split(url).host


def without_secret(text: str) -> str:
    """Return what may be no address without all before an `@`, which may be a secret."""
    return re.sub(_BEFORE_HOST, r"\1***@", text.strip().strip("\"'").strip())


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine; one that cannot be asked is not."""
    name = _asked_or_none(host)
    if name is None:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _ip(name)
    return address is not None and address.is_loopback


def is_private(host: str) -> bool:
    """Return whether a host is loopback or on a private network, by its address or its name."""
    name = _asked_or_none(host)
    if name is None:
        return False
    if is_loopback(name):
        return True
    address = _ip(name)
    if address is not None:
        return any(address in ipaddress.ip_network(network) for network in _PRIVATE_NETWORKS)
    return bool(name) and ("." not in name or name.endswith(_PRIVATE_SUFFIXES))


def is_private_place(place: str) -> bool:
    """Return the same for `host` or `host:port`, as the name of a model begins with it."""
    try:
        return is_private(host_of(f"http://{place}"))
    except ConfigError:
        return False


def _asked_or_none(host: str) -> str | None:
    try:
        return _asked(host)
    except ValueError:
        return None


def _asked(host: str) -> str:
    """Spell a host as it will be asked, so that nobody after us can read another one in it.

    Raises ValueError, with the reason in words, for one that cannot be asked.
    """
    if not host.isprintable():
        raise ValueError("a character that no address can hold")
    if any(mark in host for mark in ":[]"):
        return _asked_ipv6(host)
    if "%" in host:
        raise ValueError("a host is written without percent signs")
    if len(host) > _LONGEST_NAME + 1:
        raise ValueError("a name that is too long")
    name = (host if host.isascii() else _idna(host)).lower().removesuffix(".")
    if not name:
        if host:
            raise ValueError("no such host")
        return ""
    number = _number(name)
    if number is not None:
        return _LOOPBACK_V4 if number == 0 else str(ipaddress.IPv4Address(number))
    for label in name.split("."):
        if not label or len(label) > _LONGEST_LABEL or not _LABEL.issuperset(label):
            raise ValueError("no such host")
    return name


def _idna(host: str) -> str:
    import idna  # noqa: PLC0415  names in other letters alone: 3 ms

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (UnicodeError, OverflowError) as error:  # the latter where integers are of 32 bits
        raise ValueError("no such host") from error


def _asked_ipv6(host: str) -> str:
    """Spell an IPv6 address in its shortest form, and one that holds an IPv4 address as that."""
    text, percent, zone = host.partition("%")
    if zone.startswith("25") and zone != "25":  # as RFC 6874 writes the percent sign itself
        zone = zone[2:]
    if percent and not re.fullmatch(_ZONE, zone):
        raise ValueError("no such IPv6 address")
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError as error:
        raise ValueError("no such IPv6 address") from error
    if address.ipv4_mapped:
        return _asked(str(address.ipv4_mapped))
    if address.is_unspecified:
        return _LOOPBACK_V6
    return f"{address}{percent}{zone}"


def _number(name: str) -> int | None:
    """Read a host name as a resolver's `inet_aton` does: `127.1`, `2130706433`, `0x7f.1`, `010.1`.

    Returns None for a name. Raises ValueError for what ends in a number and is no address: it
    depends on the resolver what that is.
    """
    labels = name.split(".")
    if not re.fullmatch(_NUMBER, labels[-1]):
        return None
    if len(labels) > _BYTES:
        raise ValueError("no such IPv4 address")
    *parts, last = (_read_number(label) for label in labels)
    if max(parts, default=0) >= 256 or last >= 256 ** (_BYTES - len(parts)):  # noqa: PLR2004  bytes
        raise ValueError("no such IPv4 address")
    return sum(part << 8 * (_BYTES - 1 - place) for place, part in enumerate(parts)) + last


def _read_number(label: str) -> int:
    base = 16 if label.startswith("0x") else 8 if label.startswith("0") else 10
    try:
        return int(label if re.fullmatch(_NUMBER, label) else "", base)
    except ValueError as error:
        raise ValueError("no such IPv4 address") from error


def _ip(host: str) -> _IpAddress | None:
    """Return the IP address of a host that is spelled as it is asked; None for a name.

    An IPv6 address that leads to an IPv4 address counts as that: in it the last 32 bits, behind
    NAT64 (RFC 6052) likewise, in 6to4 (RFC 3056) those behind the prefix.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    last = int(address) & 0xFFFFFFFF
    is_compatible = int(address) == last > 1  # `::` and `::1` are addresses of their own
    if is_compatible or address in ipaddress.ip_network(_NAT64):
        return ipaddress.IPv4Address(last)
    return address.ipv4_mapped or address.sixtofour or address


def _address(value: str) -> Address:
    address = _split(value)
    if not address.host:
        raise ConfigError(f"no host in the address {_quoted(value)}")
    if address.port and not _is_port(address.port):
        raise ConfigError(f"no such port in the address {_quoted(value)}")
    return address


def _split(value: str) -> Address:
    text = value.strip().strip("\"'").strip()
    if "?" in text or "#" in text:
        raise ConfigError(f"an address has no query and no fragment: {_quoted(text)}")
    if text.startswith("//"):
        text = f"http:{text}"
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    if scheme and scheme.lower() not in _SCHEME_PORTS:
        raise ConfigError(f"not an http or https address: {_quoted(text)}")
    authority, slash, path = rest.partition("/")
    userinfo, at, place = authority.rpartition("@")
    if not _FORBIDDEN.isdisjoint(rest) or not (rest.isascii() or rest.isprintable()):
        raise ConfigError(f"a character that no address can hold: {_quoted(text)}")
    if "@" in path:
        raise ConfigError(f"a `/` in a password is written %2F: {_quoted(text)}")
    try:
        host, port = _split_port(place)
        asked = _asked(host)
    except ValueError as error:
        raise ConfigError(f"{error}: {_quoted(text)}") from error
    return Address(scheme.lower(), userinfo + at, asked, port, _clean_path(slash + path))


def _split_port(place: str) -> tuple[str, str]:
    """Split host and port as Go's net.SplitHostPort does; a bare IPv6 address is all host.

    Raises ValueError, with the reason in words, for brackets around no host.
    """
    if place.startswith("["):
        host, bracket, after = place[1:].partition("]")
        if not bracket or not (after.startswith(":") or not after):
            raise ValueError("no such IPv6 address")
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


def _quoted(text: str) -> str:
    return repr(without_secret(text))


def _clean_path(path: str) -> str:
    cleaned = posixpath.normpath("/" + path.lstrip("/"))
    return "" if cleaned == "/" else cleaned


def _root_path(path: str) -> str:
    while path:
        if (above := _above_api(path)) is not None:
            return above + _BELOW_API
        shorter = re.sub(_API_ROUTE, "", _without_route(path)).removesuffix("/v1")
        shorter = re.sub(_MISPLACED_ROUTE, "", shorter)
        if shorter == path:
            break
        path = shorter
    return path


def _above_api(path: str) -> str | None:
    """Return what stands before an `/api/v1` at the end, if that is a root; None without one."""
    before, end, after = _without_route(path).rpartition(f"{_BELOW_API}/v1")
    return before if end and not after and _root_path(before) == before else None


def _openai_path(path: str) -> str | None:
    """Return the path of an OpenAI-compatible API as it was typed; None if it is none."""
    shorter = _without_route(path)
    if not shorter or not re.search(rf"{_OPENAI_PLACE}$", shorter):
        return None
    return f"{_root_path(path)}/v1" if shorter.endswith("/v1") else shorter


def _without_route(path: str) -> str:
    shorter = path.removesuffix(_CHAT_ROUTE)
    return re.sub(rf"({_OPENAI_PLACE}){_ROUTE}", r"\1", shorter) if shorter else ""
