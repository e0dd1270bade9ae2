"""The proxy for a URL, as the environment sets it and as Ollama itself would read it.

`NO_PROXY` is read as Go's golang.org/x/net/http/httpproxy reads it, which Ollama uses: a name is
for itself and what is below it, `.name` and `*.name` are for what is below it alone. Where Go
knows no `ALL_PROXY` and no SOCKS 4, we do; where it passes over a proxy that it cannot read, we say
so.
"""

import importlib.util
import ipaddress
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import unquote, urlsplit

from ollama_cli.errors import ConfigError
from ollama_cli.types.secrets import keep_userinfo, redact
from ollama_cli.types.urls import host_of

_PORTS: Final = {"http": 80, "https": 443}
PROXY_PORTS: Final = {**_PORTS, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
_HOST: Final = r"[^\s\x00-\x20\x7f\\<>\"`{}|^%]+"
IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Proxy(NamedTuple):
    """One proxy: its URL, which may hold `user:password@`, and the variable that sets it.

    The variable is empty where the settings of the system do.
    """

    url: str
    variable: str = ""

    @property
    def words(self) -> str:
        """Return the proxy and its source, in words."""
        return f"{redact(self.url)} (from {self.variable or 'the system'})"

    @property
    def place(self) -> tuple[str, int]:
        """Return the host and the port of the proxy."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or PROXY_PORTS[parts.scheme]

    @property
    def is_socks(self) -> bool:
        """Return whether it speaks SOCKS."""
        return self.url.startswith("socks")


def proxy_of(url: str, environ: Mapping[str, str] | None = None) -> Proxy | None:
    """Return the proxy for a URL, even for one on a private network; None for a direct way.

    Raises ConfigError for a proxy that cannot be used; `environ` is that of the process by default.
    """
    found = others_proxy(url, os.environ if environ is None else environ)
    return None if found is None or _is_loopback(_host_of(url)) else _checked(found)


def others_proxy(url: str, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy of those who spare nobody: as it was written, and for loopback too."""
    parts = urlsplit(url)
    host, port = _host_of(url), parts.port or _PORTS[parts.scheme]
    names = [f"{parts.scheme}_proxy", "all_proxy"]
    # In a CGI script, whoever asks for it sets that one by a header named Proxy.
    barred = "HTTP_PROXY" if environ.get("REQUEST_METHOD") else ""
    variables = [each for name in names for each in (name.upper(), name) if each != barred]
    variable = next((name for name in variables if environ.get(name, "").strip()), "")
    value = environ[variable].strip() if variable else _of_the_system(parts.scheme, host)
    no_proxy = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    return None if not value or is_exempt(host, port, no_proxy) else Proxy(value, variable)


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Return whether the value of `NO_PROXY` exempts a host at a port."""
    host = _ascii(host.lower())
    address = _address(host.partition("%")[0])
    entries = [entry.strip().lower() for entry in no_proxy.split(",")]
    return any(_matches(entry, host, str(port), address) for entry in entries if entry)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _matches(entry: str, host: str, port: str, address: IPAddress | None) -> bool:
    if entry == "*":
        return True
    if (network := _network(entry)) is not None:
        return address is not None and address in network
    name, only_port = _split_port(entry)
    if only_port not in {"", port} or not name:
        return False
    if (exempt := _address(name)) is not None:
        return exempt == address
    if address is not None:
        return False
    below = name.removeprefix("*") if name.startswith("*.") else name
    bare = _ascii(below.removeprefix("."))
    return host.endswith(f".{bare}") or (host == bare and not below.startswith("."))


def _split_port(entry: str) -> tuple[str, str]:
    """Split `host:port` and `[address]:port`; whatever is neither is all host."""
    if match := re.fullmatch(r"\[([^\[\]]*)\]:([^\[\]:]*)", entry):
        return match[1], match[2]
    if match := re.fullmatch(r"([^\[\]:]*):([^\[\]:]*)", entry):
        return match[1], match[2]
    return entry, ""


def _address(text: str) -> IPAddress | None:
    with suppress(ValueError):
        if "%" not in text:
            address = ipaddress.ip_address(text)
            return getattr(address, "ipv4_mapped", None) or address
    return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    start, slash, length = text.partition("/")
    if not slash or "%" in start or not (length.isascii() and length.isdigit()):
        return None
    try:
        network = ipaddress.ip_network(f"{start}/{int(length[-4:])}", strict=False)
    except ValueError:
        return None
    mapped = _address(str(network.network_address))
    if isinstance(mapped, ipaddress.IPv4Address) and network.version != mapped.version:
        width = network.max_prefixlen - mapped.max_prefixlen
        return ipaddress.ip_network(f"{mapped}/{max(network.prefixlen - width, 0)}")
    return network


def _ascii(name: str) -> str:
    """Return a name as it is looked up; one that has no such form is returned as it is."""
    if name.isascii():
        return name
    with suppress(ConfigError):
        return host_of(f"http://{name}")
    return name


def _of_the_system(scheme: str, host: str) -> str:
    """Return the proxy that the settings of macOS or Windows name; empty if there is none."""
    if sys.platform not in {"darwin", "win32"}:
        return ""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  there alone: 15 ms

    found = getproxies()
    value = found.get(scheme) or found.get("all") or ""
    return "" if not value or proxy_bypass(host) else value


def _checked(proxy: Proxy) -> Proxy:
    """Return a proxy with its scheme; ConfigError for one that cannot be used."""
    value = proxy.url if "://" in proxy.url else f"http://{proxy.url}"
    try:
        parts = urlsplit(value)
        scheme, host = parts.scheme, parts.hostname or ""
        is_port = parts.port != 0
    except ValueError:
        scheme, host, is_port = value.partition("://")[0].lower(), "", False
    if scheme not in PROXY_PORTS:
        raise _unusable(proxy, f"{scheme}:// is no proxy that is known", _other_schemes(scheme))
    if not is_port or not re.fullmatch(_HOST, host) or parts.query or parts.fragment:
        hint = f"write it as {scheme}://HOST:PORT, a password in it with %40 for @ and %2F for /"
        raise _unusable(proxy, "that is no host and port", hint)
    userinfo = parts.netloc.rpartition("@")[0]
    keep_userinfo(userinfo)
    if not _is_sendable(userinfo):
        raise _unusable(proxy, "its password holds a character that no header can hold")
    found = Proxy(f"{scheme}://{parts.netloc}", proxy.variable)
    if found.is_socks and importlib.util.find_spec("socks") is None:
        hint = f"`pip install PySocks` beside it (its extra `socks`), or unset {proxy.variable}"
        raise _unusable(found, "SOCKS needs the package PySocks", hint)
    return found


def _is_sendable(userinfo: str) -> bool:
    try:
        unquote(userinfo).encode("latin-1")  # as requests does
    except UnicodeEncodeError:
        return False
    return True


def _other_schemes(scheme: str) -> str:
    if scheme.startswith("socks"):
        return "write it as socks5h://HOST:PORT"
    return "write it as http://HOST:PORT, or socks5h://HOST:PORT"


def _unusable(proxy: Proxy, reason: str, hint: str | None = None) -> ConfigError:
    # Up to the last @ it may be a password, even where that is no URL.
    shown = re.sub(r"(?s)^(\w+://)?.*@", r"\1***@", proxy.url)
    words = proxy._replace(url=shown).words
    return ConfigError(f"cannot use the proxy {words}: {reason}", hint=hint)
