"""What a diagnosis is made of: what is known beforehand, and what the rungs have found so far."""

import shlex
import sys
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from ollama_cli.errors import OllamaCliError
from ollama_cli.replies import ModelSummary
from ollama_cli.rungs import Note
from ollama_cli.services.ladder.visits import Visit, visit
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.surroundings import Surroundings
from ollama_cli.transport import Transport
from ollama_cli.transport.glance import glance
from ollama_cli.urls import DEFAULT_PORT, is_loopback, is_private, redact
from ollama_cli.values import Value
from ollama_cli.wire import decoding, ollama as wire

_PORTS: Final = {"http": 80, "https": 443}
_DEFAULT_VARIABLE: Final = "OLLAMA_HOST"


class Case(Value):
    """What is known beforehand: `typed` is the address as it stands at its `origin`.

    `credentials` are what a client of it is made with. `model` is the one named or set, None if
    none is; `seconds` bound each step of a rung.
    """

    client: OllamaClient
    address: str
    credentials: Mapping[str, Any]
    typed: str
    origin: str
    environ: Mapping[str, str]
    surroundings: Surroundings
    seconds: float
    model: str | None = None
    local_only: bool = False
    tries_token: bool = True


class Patient:
    """The server under examination; each rung reads what those before it have found."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.transport = Transport(case.address, connect_timeout=case.seconds, **case.credentials)
        self.root = self.transport.root
        parts = urlsplit(self.root)
        self.scheme, self.path = parts.scheme, parts.path
        self.host = parts.hostname or ""
        self.port = parts.port or _PORTS[parts.scheme]
        self.notes: list[Note] = []
        self.proxy: str | None = None
        self.addresses: tuple[str, ...] = ()
        self.first: Visit | None = None
        self.kind = ""
        self.version = ""
        self.models: list[ModelSummary] = []
        self.model = ""

    @property
    def ca_file(self) -> str | None:
        """Name the file of those who vouch for the server, None for requests' own."""
        found: str | None = self.case.credentials["ca_file"]
        return found

    @property
    def verifies(self) -> bool:
        """Tell whether a certificate is checked."""
        return not self.case.credentials.get("insecure")

    def visit(self, path: str) -> Visit:
        """Fetch whatever is at a path of the server."""
        return visit(self.transport, path, self.case.seconds)

    @property
    def is_here(self) -> bool:
        """Tell whether the address is this machine's."""
        return is_loopback(self.host)

    @property
    def next_stop(self) -> tuple[str, int]:
        """Give host and port that a connection is made to: the server's, or those of the proxy."""
        if self.proxy is None:
            return self.host, self.port
        proxy = urlsplit(self.proxy if "://" in self.proxy else f"http://{self.proxy}")
        return proxy.hostname or "", proxy.port or _PORTS.get(proxy.scheme, 80)

    @property
    def proxy_words(self) -> str:
        """Say which proxy it is, and which variable names it."""
        names = [f"{self.scheme}_proxy", "all_proxy"]
        variables = [each for name in names for each in (name, name.upper())]
        where = next((name for name in variables if self.case.environ.get(name)), "the system")
        return f"{redact(self.proxy or '')} (from {where})"

    def is_at(self, url: str) -> bool:
        """Tell whether a URL is one of this server's."""
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
        return (parts.scheme, parts.hostname, port) == (self.scheme, self.host, self.port)

    def note(self, message: str, hint: str = "") -> None:
        """Tell something on the present rung that does not stop the climb."""
        self.notes.append(Note(message, hint))

    def url(
        self, *, scheme: str = "", host: str = "", port: int = 0, path: str | None = None
    ) -> str:
        """Give the address with some of its parts changed."""
        name = host or self.host
        shown = f"[{name}]" if ":" in name else name
        rest = self.path if path is None else path
        return f"{scheme or self.scheme}://{shown}:{port or self.port}{rest}"

    def set_address(self, url: str) -> str:
        """Give the command that replaces the address where it was set."""
        value, origin = shlex.quote(url), self.case.origin
        if origin.startswith(("-", "[")):  # a flag, or an entry of the config file
            return f"`ollama-cli --host {value} doctor`"
        if "/" in origin or "\\" in origin:  # the config file; variables of a .env are told as such
            return f"`ollama-cli config set host {value}`"
        variable = origin.partition(" ")[0]
        name = _DEFAULT_VARIABLE if variable == "default" else variable
        if sys.platform == "win32":
            return f"`$Env:{name} = '{url}'`"
        return f"`export {name}={value}`"

    def set_local(self) -> str:
        """Give the command that names the server of this machine instead."""
        port = int(DEFAULT_PORT) if self.port in _PORTS.values() else self.port
        return self.set_address(self.url(scheme="http", host="127.0.0.1", port=port, path=""))

    def set_direct(self, *hosts: str) -> str:
        """Give the command that keeps tools from using a proxy for hosts."""
        environ = self.case.environ
        before = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
        names = dict.fromkeys([*filter(None, before.split(",")), *hosts])
        return f"`export NO_PROXY={shlex.quote(','.join(names))}`"

    def has_ollama(self, url: str) -> bool:
        """Tell whether Ollama answers at another address of the same machine."""
        found = glance(
            url,
            "/api/version",
            seconds=self.case.seconds,
            environ=self.case.environ,
            ca_file=self.ca_file,
        )
        try:
            return found is not None and bool(wire.parse_version(decoding.document(found)))
        except OllamaCliError:
            return False

    def elsewhere(self) -> str | None:
        """Find Ollama beside the address that was given: another loopback, port or path."""
        twins = {"127.0.0.1": "::1", "::1": "127.0.0.1"}
        others = [self.url(host=twins[self.host])] if self.host in twins else []
        if self.path:
            others.append(self.url(path=""))
        if self.port != int(DEFAULT_PORT) and is_private(self.host):
            others.append(self.url(scheme="http", port=int(DEFAULT_PORT), path=""))
        return next((url for url in others if self.has_ollama(url)), None)
