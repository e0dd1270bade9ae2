"""The data of a diagnosis: what is known before it, and what the checks have found so far."""

import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from ollama_cli.config.settings import SETTINGS
from ollama_cli.features.doctor.container import Container
from ollama_cli.services.kinds import Server, ServerKind
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.provider import Provider
from ollama_cli.transport.client import Transport
from ollama_cli.transport.deadline import limited
from ollama_cli.transport.proxies import Proxy
from ollama_cli.transport.redirects import same_origin
from ollama_cli.types.checks import Note
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.urls import DEFAULT_PORT, is_loopback, split_userinfo
from ollama_cli.types.values import dataclass

_PORTS: Final = {"http": 80, "https": 443}
_DEFAULT_VARIABLE: Final = "OLLAMA_HOST"
_LARGEST: Final = 4 << 20
USERINFO_PLACEHOLDER: Final = "://USER:PASSWORD@"


@dataclass(frozen=True)
class Fetched:
    """The answer for a path; `url` is the final one, after redirects."""

    status: int
    url: str
    server: str = ""
    content_type: str = ""
    challenge: str = ""
    body: bytes = b""

    @property
    def is_html(self) -> bool:
        """Return whether the answer is an HTML page."""
        return "html" in self.content_type

    @property
    def is_refused(self) -> bool:
        """Return whether the server asks for credentials, or refuses to answer."""
        return self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def fetch(transport: Transport, path: str, seconds: float) -> Fetched:
    """Fetch a path, within `seconds` in all; no HTTP status is an error."""

    def ask() -> Fetched:
        with transport.send("GET", path, wait=seconds) as reply:
            body = reply.read(_LARGEST)
            return Fetched(
                reply.status, reply.url, reply.server, reply.content_type, reply.challenge, body
            )

    return limited(seconds, transport.root, ask)


@dataclass(frozen=True)
class Case:
    """What is known before the checks: `typed` is the address as the user wrote it.

    `provider` makes the client that the commands use, `native` the client of Ollama's own API.
    `credentials` are the keywords of a client; `key` names the source of their key, `key_variable`
    the variable that would hold it, empty if there is none. `options` are the global options that
    were typed, by name. `openai_url` is where the OpenAI-compatible API is, by the address; it may
    be that of Open WebUI. `model` is the one named or set, None if none is; `origins` maps settings
    to their sources; `seconds` limits each step of a check.
    """

    provider: Callable[[], Provider]
    native: Callable[[], OllamaClient]
    address: str
    credentials: Mapping[str, Any]
    typed: str
    origins: Mapping[str, str]
    environ: Mapping[str, str]
    container: Container
    seconds: float
    openai_url: str = ""
    may_be_webui: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    key_variable: str = ""
    api: str = "auto"
    model: str | None = None
    allowed_models: tuple[str, ...] = ()
    local_only: bool = False
    tries_token: bool = True


class Target:
    """The server that is checked; each check reads what the earlier ones found."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.transport = Transport(case.address, connect_timeout=case.seconds, **case.credentials)
        self.root = self.transport.root
        parts = urlsplit(self.root)
        self.scheme, self.path = parts.scheme, parts.path
        self.host = parts.hostname or ""
        self.port = parts.port or _PORTS[parts.scheme]
        self.notes: list[Note] = []
        self.proxy: Proxy | None = None
        self.addresses: tuple[str, ...] = ()
        self.fetched: dict[str, Fetched] = {}
        self.server = Server(ServerKind.NONE)
        self.models: list[ModelSummary] = []
        self.model = ""

    @property
    def ca_file(self) -> str | None:
        """Return the CA file for the server, None for the one of requests."""
        found: str | None = self.case.credentials["ca_file"]
        return found

    @property
    def verifies(self) -> bool:
        """Return whether a certificate is checked."""
        return not self.case.credentials.get("insecure")

    @cached_property
    def provider(self) -> Provider:
        """Return the client that the commands use, in the API that the server speaks."""
        return self.case.provider()

    @property
    def openai_path(self) -> str:
        """Return what stands between the root and the routes of the OpenAI-compatible API."""
        if not self.case.openai_url:
            return "/v1"
        return split_userinfo(self.case.openai_url)[0].removeprefix(self.root)

    def fetch(self, path: str, seconds: float | None = None) -> Fetched:
        """Fetch a path of the server, only once."""
        if path not in self.fetched:
            self.fetched[path] = fetch(self.transport, path, seconds or self.case.seconds)
        return self.fetched[path]

    def fetch_parts(self, path: str, *, wait: float) -> tuple[int, str, bytes]:
        """Fetch a path as `identify` needs it: status, `Server` header and body."""
        seen = self.fetch(path, wait)
        return seen.status, seen.server, seen.body

    @property
    def is_here(self) -> bool:
        """Return whether the address is this machine's."""
        return is_loopback(self.host)

    @property
    def next_hop(self) -> tuple[str, int]:
        """Return the host and port to connect to: those of the server or of its proxy."""
        return self.proxy.place if self.proxy else (self.host, self.port)

    def is_at(self, url: str) -> bool:
        """Return whether a URL is one of this server's."""
        return same_origin(url, self.root)

    def note(self, message: str, hint: str = "") -> None:
        """Add a note to the current check; it does not stop the run."""
        self.notes.append(Note(message, hint))

    @property
    def typed_host(self) -> str:
        """Return the address as it was written, without its scheme."""
        typed = self.case.typed.strip().strip("\"'").strip()
        return typed.partition("://")[2] or typed

    @property
    def typed_path(self) -> str:
        """Return the path of the address as it was written."""
        return f"/{self.typed_host.partition('/')[2]}".rstrip("/")

    def note_path(self, path: str) -> None:
        """Note that a path is not part of the address."""
        self.note(
            f"{path} at the end is not part of the server's own address: {self.root} is used",
            f"leave it out: {self.address_command(self.root)}",
        )

    def url(
        self, *, scheme: str = "", host: str = "", port: int = 0, path: str | None = None
    ) -> str:
        """Return the address with some of its parts changed."""
        name = host or self.host
        shown = f"[{name}]" if ":" in name else name
        rest = self.path if path is None else path
        return f"{scheme or self.scheme}://{shown}:{port or self.port}{rest}"

    def address_command(self, url: str) -> str:
        """Return the command that replaces the address where it was set."""
        has_userinfo = bool(split_userinfo(self.case.address)[1])
        if has_userinfo and "@" not in url:  # the password is never shown
            url = url.replace("://", USERINFO_PLACEHOLDER)
        return self.setting_command("host", url)

    def setting_command(self, name: str, value: str) -> str:
        """Return the command that changes a setting where it was set."""
        origin, flag = self.case.origins[name], f"--{name}"
        if origin.startswith(("-", "[")):  # a flag, or an entry of the config file
            if flag in self.case.options or name == "host":
                return self.own_command("doctor", {flag: value})
            return self.own_command(f"doctor {flag} {shlex.quote(value)}")
        variable = origin.partition(" ")[0]  # an export overrules one of a .env
        if name == "host" and origin == "default":
            variable = _DEFAULT_VARIABLE
        if variable not in SETTINGS[name].variables:
            return f"`ollama-cli config set {name} {shlex.quote(value)}`"
        return self.export_command(variable, value)

    def own_command(self, command: str = "doctor", changed: Mapping[str, str] | None = None) -> str:
        """Return an `ollama-cli` command with the global options of this run, some changed."""
        options = {**self.case.options, **(changed or {})}
        words = [
            f"{name} {shlex.quote(value)}" if value else name for name, value in options.items()
        ]
        return f"`{' '.join(['ollama-cli', *words, command])}`"

    @staticmethod
    def export_command(variable: str, value: str) -> str:
        """Return the command that sets a variable in this shell."""
        if sys.platform == "win32":
            return f"`$Env:{variable} = '{value}'`"
        return f"`export {variable}={shlex.quote(value)}`"

    def local_command(self) -> str:
        """Return the command that sets the address of the server on this machine."""
        port = int(DEFAULT_PORT) if self.port in _PORTS.values() else self.port
        return self.address_command(self.url(scheme="http", host="127.0.0.1", port=port, path=""))

    def no_proxy_command(self, *hosts: str) -> str:
        """Return the command that makes tools use no proxy for hosts."""
        environ = self.case.environ
        is_lower = environ.get("no_proxy") and not environ.get("NO_PROXY")  # the first one wins
        variable = "no_proxy" if is_lower else "NO_PROXY"
        before = environ.get(variable) or ""
        names = dict.fromkeys([*filter(None, before.split(",")), *hosts])
        return self.export_command(variable, ",".join(names))
