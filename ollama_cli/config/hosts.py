"""Entries of `[hosts.NAME]`: addresses, each with the secrets that are sent to no other one."""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ollama_cli.errors import ConfigError
from ollama_cli.types.text import is_utf8
from ollama_cli.types.urls import parse_host, split_userinfo

SECTION: Final = "hosts"
_HEADER: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
KEYS: Final = ("api_key", "api_key_env", "api_key_cmd")


class Host(NamedTuple):
    """One entry; `url` is as written, paths are absolute, `api_key_cmd` is a list of words."""

    name: str
    url: str
    api_key: str | None = None
    api_key_env: str | None = None
    api_key_cmd: tuple[str, ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})
    ca_file: str | None = None
    client_cert: tuple[str, str] | None = None
    insecure: bool = False
    allow_http_token: bool = False

    def __repr__(self) -> str:
        return f"Host({self.name!r})"  # no secret, as logs and tracebacks show it

    @property
    def holds_secret(self) -> bool:
        """Return whether the entry itself holds a secret: a key, headers or a password."""
        return bool(self.api_key or self.headers or split_userinfo(self.url)[1])

    def is_at(self, address: str) -> bool:
        """Return whether an address is of the same origin: scheme, host and port."""
        return origin_of(self.url) == origin_of(address)


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address, without path and password."""
    url = split_userinfo(parse_host(address))[0].lower()
    return "/".join(url.split("/", 3)[:3])


def find(hosts: Mapping[str, Host], address: str) -> Host | None:
    """Find the entry with the origin of an address; one with the same path, too, comes first."""
    near = [host for host in hosts.values() if host.is_at(address)]
    bare = split_userinfo(address)[0]
    exact = (host for host in near if split_userinfo(parse_host(host.url))[0] == bare)
    return next(exact, near[0] if near else None)


def read_hosts(tables: object, path: str) -> tuple[dict[str, Host], list[str]]:
    """Read the tables below `hosts` of the config file at `path`; also return warnings.

    The warnings are about unknown keys. Raises ConfigError naming the file and the key, and never
    the value, which may be a secret.
    """
    if not isinstance(tables, dict):
        raise ConfigError(f"{path}: {SECTION} holds tables, as [{SECTION}.NAME]")
    warnings: list[str] = []
    found = {name: _read_host(name, table, path, warnings) for name, table in tables.items()}
    return found, warnings


def _read_host(name: str, table: object, path: str, warnings: list[str]) -> Host:
    place = f"{path}: [{SECTION}.{name}]"
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {SECTION}.{name} is no table")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _READERS:
            near = difflib.get_close_matches(key, _READERS, n=1)
            guess = f": did you mean {near[0]}?" if near else ""
            warnings.append(f"{place} has an unknown key {key!r}{guess}")
            continue
        try:
            values[key] = _READERS[key](value)
        except (ConfigError, ValueError) as error:
            raise ConfigError(f"{place} {key} {error}") from None  # the value may be a secret
        if key in {"ca_file", "client_cert"}:
            values[key] = _absolute(values[key], path)
    if "url" not in values:
        raise ConfigError(f"{place} has no url", hint='an entry needs one: url = "https://…"')
    if len(keys := [key for key in KEYS if key in values]) > 1:
        raise ConfigError(f"{place} names more than one key: {', '.join(keys)}")
    return Host(name=name, **values)


def _absolute(value: Any, path: str) -> Any:
    """Make paths absolute, from the folder of the config file: no other folder may supply files."""
    if isinstance(value, tuple):
        return tuple(_absolute(each, path) for each in value)
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120  no file is read
    return os.path.join(folder, os.path.expanduser(value))  # noqa: PTH111, PTH118  likewise


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError("is empty" if isinstance(value, str) else "is no text")
    if not is_utf8(value):
        raise ConfigError("is no UTF-8 in every part")
    return value.strip()


def _url(value: object) -> str:
    text = _text(value)
    try:
        parse_host(text)
    except ConfigError as error:
        raise ConfigError(f"cannot be used: {error.message}") from error
    return text


def _words(value: object) -> tuple[str, ...]:
    import shlex  # noqa: PLC0415  most entries have no command: 1 ms

    words = shlex.split(value) if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigError("is neither a text nor a list of texts")
    if not words or not words[0].strip():
        raise ConfigError("is empty")
    if any("\0" in word for word in words):
        raise ConfigError("holds a character that no command can hold")
    return tuple(words)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ConfigError("is no table of texts")
    if not all(re.fullmatch(_HEADER, name) for name in value):
        raise ConfigError("has a name that no header can have")
    return value


def _certificate(value: object) -> tuple[str, str]:
    """Read a file of certificate and key, or a pair of files."""
    pair = [value, value] if isinstance(value, str) else value
    if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004  a pair
        raise ConfigError("is neither a path nor [certificate, key]")
    return _text(pair[0]), _text(pair[1])


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigError("is neither true nor false")
    return value


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "url": _url,
    "api_key": _text,
    "api_key_env": _text,
    "api_key_cmd": _words,
    "headers": _headers,
    "ca_file": _text,
    "client_cert": _certificate,
    "insecure": _switch,
    "allow_http_token": _switch,
}
