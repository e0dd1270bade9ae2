"""The checks below HTTP: the address, DNS, TCP, TLS."""

from typing import Final

from ollama_cli.config import policy
from ollama_cli.errors import ConfigError, RefusedError, TimedOutError
from ollama_cli.features.doctor import causes
from ollama_cli.features.doctor.target import Target
from ollama_cli.features.explain import with_source
from ollama_cli.transport import probe, proxies
from ollama_cli.types.urls import is_private, split_userinfo

_UNSPECIFIED: Final = ("0.0.0.0", "::", "[::]")  # noqa: S104  compared, never bound


def address(target: Target) -> str:
    """Check the address as it was written, and note what is unusual about it."""
    origin = target.case.origins["host"]
    source = "the default" if origin == "default" else f"from {origin}"
    if target.case.local_only:
        _refuse_remote(target)
    target.proxy = target.transport.proxy
    _note_odd_address(target)
    unused = proxies.others_proxy(target.root, target.case.environ)
    if unused and is_private(target.host):
        direct = target.no_proxy_command("localhost", "127.0.0.1", "::1", target.host)
        target.note(
            f"the proxy {unused.words} is by-passed for this address; other tools may send it"
            " there",
            f"keep them from it: {direct}",
        )
    if target.openai_path != "/v1" or target.path.endswith("/api"):
        source = f"{source}; OpenAI-compatible at {split_userinfo(target.case.openai_url)[0]}"
    via = f", through the proxy {target.proxy.words}" if target.proxy else ""
    return f"{target.root} ({source}){via}"


def dns(target: Target) -> str:
    """Look up the host, or the proxy in front of it."""
    host, port = target.next_hop
    try:
        target.addresses = probe.look_up(host, port, target.case.seconds)
    except TimeoutError as error:
        raise TimedOutError(
            f"no answer about the name {host} within {target.case.seconds:g} s",
            hint=f"if the server runs on this machine: {target.local_command()}",
        ) from error
    except (OSError, UnicodeError) as error:
        raise causes.dns_failure(target, host, error) from error
    if target.addresses == (host,):
        return "not needed: it is a number"
    return f"{host} is {' and '.join(target.addresses)}"


def tcp(target: Target) -> str:
    """Connect to each address of the host."""
    _, port = target.next_hop
    attempts = [probe.connect(each, port, target.case.seconds) for each in target.addresses]
    opened = [connect.address for connect in attempts if connect.state == "open"]
    if not opened:
        raise causes.tcp_failure(target, attempts)
    failed = [connect for connect in attempts if connect.state != "open"]
    if failed:
        shown = ", ".join(f"{connect.address} ({connect.words})" for connect in failed)
        fixed = target.address_command(target.url(host=opened[0]))
        target.note(
            f"the server listens at {opened[0]}, but not at {shown}; some tools try only that one",
            f"name the address itself: {fixed}",
        )
    target.addresses = tuple(opened)
    return f"port {port} of {opened[0]} is open"


def tls(target: Target) -> str:
    """Make a TLS handshake and check the certificate."""
    case = target.case
    try:
        made = probe.secure(
            target.host,
            target.addresses[0],
            target.port,
            case.seconds,
            target.ca_file,
            verify=target.verifies,
        )
    except ConfigError as error:
        raise with_source(error, case.origins["ca_file"]) from error
    if made.fault in {"silent", "other"} and probe.speaks_http(
        target.addresses[0], target.port, case.seconds
    ):
        made = made._replace(fault="plain")
    if made.fault:
        raise causes.tls_failure(target, made)
    if not target.verifies:
        target.note("the certificate is not checked, as the settings have it")
    return made.protocol


def _refuse_remote(target: Target) -> None:
    try:
        policy.check_host(target.root)
    except RefusedError as error:
        hint = f"name one of this machine: {target.local_command()}"
        raise error.with_facts(hint=hint) from error


def _note_odd_address(target: Target) -> None:
    host = target.typed_host
    fixed = target.address_command(target.root)
    if host.startswith(_UNSPECIFIED) and target.is_here:
        target.note(
            "0.0.0.0 and :: are where a server listens, not where it is called:"
            f" {target.host} is used",
            f"other tools need it by name: {fixed}",
        )
    path = target.typed_path
    if path == f"{target.path}/v1" or target.case.may_be_webui:
        return  # right, unless the server is Ollama: `api` checks that
    if path not in {"", target.path} and path.endswith(("/v1", "/api")):
        target.note_path(path)
    elif path not in {"", target.path}:
        target.note(
            f"{path} is a path of the API, not an address: {target.root} is used",
            f"leave it out: {fixed}",
        )
