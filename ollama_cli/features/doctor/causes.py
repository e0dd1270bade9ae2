"""Why no connection comes about, and what cures it: each cause has one command."""

import re
import shlex
import shutil
import socket
import sys
from collections.abc import Sequence
from typing import Final

from ollama_cli.errors import OllamaCliError, TimedOutError, UnreachableError
from ollama_cli.features.doctor.nearby import elsewhere
from ollama_cli.features.doctor.target import Target
from ollama_cli.transport import probe
from ollama_cli.types.model_names import nearest
from ollama_cli.types.urls import DEFAULT_PORT, is_private, parse_host

_INSIDE: Final = ("host.docker.internal", "host.containers.internal", "gateway.docker.internal")
_INSTALL: Final = {
    "linux": "curl -fsSL https://ollama.com/install.sh | sh",
    "darwin": "brew install --cask ollama",
    "win32": "winget install Ollama.Ollama",
}


def unresolved(target: Target, host: str, error: Exception) -> OllamaCliError:
    """Explain why a name has no address."""
    local = target.set_local()
    around = target.case.container
    if target.proxy:
        told, hint = (
            f"no such proxy: {host}",
            f"go without it: {target.set_direct(target.host)}",
        )
    elif isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        told = f"no name server answers about {host}: the network may be down"
        hint = "look at the network, then: `ollama-cli doctor`"
    elif host in _INSIDE and around.kind:
        told = f"{host} is not known in this container"
        hint = f"call its host by address: {target.set_address(target.url(host=around.host))}"
    elif host in _INSIDE:
        told = f"no such host name: {host} is known inside containers only"
        hint = f"here it is this machine: {local}"
    elif nearest(host, ["localhost"]):
        told, hint = f"no such host name: {host}", f"is it localhost? {local}"
    else:
        told = f"no such host name: {host}"
        hint = f"correct it; if the server runs on this machine: {local}"
    return UnreachableError(told, hint=hint)


def closed(target: Target, attempts: Sequence[probe.Attempt]) -> OllamaCliError:
    """Explain why no address takes a connection."""
    host, port = target.next_stop
    first = next((connect for connect in attempts if connect.state == "refused"), attempts[0])
    reason = (
        f"{first.words} at {' and '.join(connect.address for connect in attempts)}, port {port}"
    )
    if target.proxy:
        return UnreachableError(
            f"the proxy {target.proxy_words} cannot be reached: {reason}",
            hint=f"go without it: {target.set_direct(target.host)}",
        )
    if found := elsewhere(target):
        told = f"{reason}; but Ollama answers at {found}"
        return UnreachableError(told, hint=f"use that: {target.set_address(found)}")
    if first.state == "silent":
        return TimedOutError(
            f"{reason}: the machine is off, or a firewall swallows what is sent",
            hint=f"see whether it is there: `ping -c 3 {shlex.quote(host)}`",
        )
    if first.state == "unroutable":
        family = "an IPv6 address" if ":" in first.address else "that network"
        return UnreachableError(
            f"{reason}: there is no way from here to {family}",
            hint=f"if the server runs on this machine: {target.set_local()}",
        )
    return _refused(target, reason)


def _refused(target: Target, reason: str) -> OllamaCliError:
    around = target.case.container
    is_installed = shutil.which("ollama", path=target.case.environ.get("PATH")) is not None
    if target.is_here and around.host and not is_installed:
        outside = target.set_address(target.url(host=around.host))
        return UnreachableError(
            f"{reason}: this is {around.words}, and its localhost is not that of the machine"
            " around it; there Ollama has to listen on all addresses (OLLAMA_HOST=0.0.0.0)",
            hint=f"if the server runs there: {outside}",
        )
    if target.is_here and not is_installed:
        return UnreachableError(
            f"{reason}: nothing listens there, and Ollama is not installed here",
            hint=f"install it: `{_INSTALL.get(sys.platform, _INSTALL['linux'])}`",
        )
    if target.is_here:
        place = "" if target.url() == parse_host("") else f"OLLAMA_HOST={_listen(target)} "
        return UnreachableError(
            f"{reason}: no server is running", hint=f"start it: `{place}ollama serve`"
        )
    if is_private(target.host):
        return UnreachableError(
            f"{reason}: the machine is there, but no server listens on its network",
            hint="on that machine: `OLLAMA_HOST=0.0.0.0 ollama serve`",
        )
    usual = target.set_address(target.url(port=int(DEFAULT_PORT)))
    return UnreachableError(
        f"{reason}: the machine is there, but no server listens at this port",
        hint=f"Ollama's own port is another: {usual}",
    )


def _listen(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    return f"{name}:{target.port}"


def insecure(target: Target, made: probe.Handshake) -> OllamaCliError:
    """Explain why there is no secure connection."""
    place = f"{target.host}:{target.port}"
    ca = f"openssl s_client -connect {shlex.quote(place)} -showcerts </dev/null"
    match made.fault:
        case "plain":
            told = "plain http is spoken at this port, not https"
            hint = f"say so: {target.set_address(target.url(scheme='http'))}"
        case "expired":
            told = f"the certificate is out of date (valid until {made.until or 'another day'})"
            hint = f"renew it on the server; until then, unchecked: {_unchecked(target)}"
        case "name":
            names = ", ".join(made.names) or "another name"
            told = f"the certificate is for {names}, not for {target.host}"
            better = next((each for each in made.names if _is_same(target, each)), None)
            hint = f"if you trust this server, unchecked: {_unchecked(target)}"
            if better:
                hint = f"call it by that name: {target.set_address(target.url(host=better))}"
        case "untrusted" if made.also:
            words = "is out of date" if made.also == "expired" else "is for another name"
            told = f"nobody known vouches for the certificate ({made.words}), and it {words}"
            hint = f"if you trust this server, unchecked: {_unchecked(target)}"
        case "untrusted":
            told = f"nobody known vouches for the certificate ({made.words})"
            file = "server.pem"
            hint = (
                "if you trust this server:"
                f" `{ca} | openssl x509 > {file}; export OLLAMA_CLI_CA_FILE=$PWD/{file}`"
            )
        case "silent":
            told = f"the connection is accepted, then nothing for {target.case.seconds:g} s"
            plain = target.set_address(target.url(scheme="http"))
            return TimedOutError(told, hint=f"if plain http is spoken there: {plain}")
        case _:
            told = f"no secure connection comes about: {made.words}"
            hint = f"see what the server says: `{ca}`"
    return UnreachableError(told, hint=hint)


def _is_same(target: Target, name: str) -> bool:
    """Tell whether a name of a certificate leads to the same server."""
    try:
        found = probe.look_up(name, target.port, target.case.seconds)
    except (OSError, UnicodeError):  # TimeoutError is one, too
        return False
    return not set(found).isdisjoint(target.addresses)


def _unchecked(target: Target) -> str:
    """Give the command that has the certificate of this server alone checked no more."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{target.host}-{target.port}").strip("-")
    return f"`ollama-cli hosts add {name} {shlex.quote(target.url())} --insecure`"
