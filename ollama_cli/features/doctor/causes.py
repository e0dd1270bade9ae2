"""Why a connection fails, and how to repair it: each cause has one command."""

import re
import shlex
import shutil
import socket
import sys
from collections.abc import Sequence
from typing import Final

from ollama_cli.errors import OllamaCliError, TimedOutError, UnreachableError
from ollama_cli.features.doctor.nearby import find_nearby
from ollama_cli.features.doctor.target import Target
from ollama_cli.transport import probe, scopes
from ollama_cli.types.model_names import nearest
from ollama_cli.types.urls import DEFAULT_PORT, is_private, parse_host

_CONTAINER_NAMES: Final = (
    "host.docker.internal",
    "host.containers.internal",
    "gateway.docker.internal",
)
_INSTALL_COMMANDS: Final = {
    "linux": "curl -fsSL https://ollama.com/install.sh | sh",
    "darwin": "brew install --cask ollama",
    "win32": "winget install Ollama.Ollama",
}


def dns_failure(target: Target, host: str, error: Exception) -> OllamaCliError:
    """Return the error for a host name without an address."""
    local = target.local_command()
    container = target.case.container
    if target.proxy:
        message, hint = (
            f"no such proxy: {host}",
            f"go without it: {target.no_proxy_command(target.host)}",
        )
    elif isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        message = f"no name server answers about {host}: the network may be down"
        hint = "look at the network, then: `ollama-cli doctor`"
    elif host in _CONTAINER_NAMES and container.kind:
        message = f"{host} is not known in this container"
        hint = (
            f"call its host by address: {target.address_command(target.url(host=container.host))}"
        )
    elif host in _CONTAINER_NAMES:
        message = f"no such host name: {host} is known inside containers only"
        hint = f"here it is this machine: {local}"
    elif nearest(host, ["localhost"]):
        message, hint = scopes.unresolved(host), f"is it localhost? {local}"
    else:
        message = scopes.unresolved(host)
        hint = f"correct it; if the server runs on this machine: {local}"
    return UnreachableError(message, hint=hint)


def tcp_failure(target: Target, attempts: Sequence[probe.Attempt]) -> OllamaCliError:
    """Return the error for a host where no address accepts a connection."""
    host, port = target.next_hop
    first = next((connect for connect in attempts if connect.state == "refused"), attempts[0])
    reason = (
        f"{first.words} at {' and '.join(connect.address for connect in attempts)}, port {port}"
    )
    if target.proxy:
        return UnreachableError(
            f"the proxy {target.proxy.words} cannot be reached: {reason}",
            hint=f"go without it: {target.no_proxy_command(target.host)}",
        )
    if found := find_nearby(target):
        message = f"{reason}; but Ollama answers at {found}"
        return UnreachableError(message, hint=f"use that: {target.address_command(found)}")
    if first.state == "silent":
        return TimedOutError(
            f"{reason}: the machine is off, or a firewall swallows what is sent",
            hint=f"see whether it is there: `ping -c 3 {shlex.quote(host)}`",
        )
    if first.state == "unroutable":
        family = "an IPv6 address" if ":" in first.address else "that network"
        return UnreachableError(
            f"{reason}: there is no way from here to {family}",
            hint=f"if the server runs on this machine: {target.local_command()}",
        )
    return _refused(target, reason)


def _refused(target: Target, reason: str) -> OllamaCliError:
    container = target.case.container
    is_installed = shutil.which("ollama", path=target.case.environ.get("PATH")) is not None
    if target.is_here and container.host and not is_installed:
        command = target.address_command(target.url(host=container.host))
        return UnreachableError(
            f"{reason}: this is {container.words}, and its localhost is not that of the machine"
            " around it; there Ollama has to listen on all addresses (OLLAMA_HOST=0.0.0.0)",
            hint=f"if the server runs there: {command}",
        )
    if target.is_here and not is_installed:
        return UnreachableError(
            f"{reason}: nothing listens there, and Ollama is not installed here",
            hint=f"install it: `{_INSTALL_COMMANDS.get(sys.platform, _INSTALL_COMMANDS['linux'])}`",
        )
    if target.is_here:
        place = "" if target.url() == parse_host("") else f"OLLAMA_HOST={_listen_address(target)} "
        return UnreachableError(
            f"{reason}: no server is running", hint=f"start it: `{place}ollama serve`"
        )
    if is_private(target.host):
        return UnreachableError(
            f"{reason}: the machine is there, but no server listens on its network",
            hint="on that machine: `OLLAMA_HOST=0.0.0.0 ollama serve`",
        )
    usual = target.address_command(target.url(port=int(DEFAULT_PORT)))
    return UnreachableError(
        f"{reason}: the machine is there, but no server listens at this port",
        hint=f"Ollama's own port is another: {usual}",
    )


def _listen_address(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    return f"{name}:{target.port}"


def tls_failure(target: Target, made: probe.Handshake) -> OllamaCliError:
    """Return the error for a failed TLS handshake."""
    place = f"{target.host}:{target.port}"
    ca = f"openssl s_client -connect {shlex.quote(place)} -showcerts </dev/null"
    match made.fault:
        case "plain":
            message = "plain http is spoken at this port, not https"
            hint = f"say so: {target.address_command(target.url(scheme='http'))}"
        case "expired":
            message = f"the certificate is out of date (valid until {made.until or 'another day'})"
            hint = f"renew it on the server; until then, unchecked: {_insecure_command(target)}"
        case "name":
            names = ", ".join(made.names) or "another name"
            message = f"the certificate is for {names}, not for {target.host}"
            better = next((each for each in made.names if _is_same_server(target, each)), None)
            hint = f"if you trust this server, unchecked: {_insecure_command(target)}"
            if better:
                hint = f"call it by that name: {target.address_command(target.url(host=better))}"
        case "untrusted" if made.also:
            words = "is out of date" if made.also == "expired" else "is for another name"
            message = f"nobody known vouches for the certificate ({made.words}), and it {words}"
            hint = f"if you trust this server, unchecked: {_insecure_command(target)}"
        case "untrusted":
            message = f"nobody known vouches for the certificate ({made.words})"
            file = "server.pem"
            hint = (
                "if you trust this server:"
                f" `{ca} | openssl x509 > {file}; export OLLAMA_CLI_CA_FILE=$PWD/{file}`"
            )
        case "silent":
            message = f"the connection is accepted, then nothing for {target.case.seconds:g} s"
            plain = target.address_command(target.url(scheme="http"))
            return TimedOutError(message, hint=f"if plain http is spoken there: {plain}")
        case _:
            message = f"no secure connection comes about: {made.words}"
            hint = f"see what the server says: `{ca}`"
    return UnreachableError(message, hint=hint)


def _is_same_server(target: Target, name: str) -> bool:
    """Return whether a name of a certificate has an address of this server."""
    try:
        found = probe.look_up(name, target.port, target.case.seconds)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return False
    return not set(found).isdisjoint(target.addresses)


def _insecure_command(target: Target) -> str:
    """Return the command that turns off the certificate check for this server only."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{target.host}-{target.port}").strip("-")
    return f"`ollama-cli hosts add {name} {shlex.quote(target.url())} --insecure`"
