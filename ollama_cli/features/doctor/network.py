"""The rungs below HTTP: the address, DNS, TCP, TLS."""

from typing import Final

from ollama_cli.config import policy
from ollama_cli.errors import RefusedError, TimedOutError
from ollama_cli.features.doctor import causes
from ollama_cli.features.doctor.target import Patient
from ollama_cli.transport import probe
from ollama_cli.types.urls import is_private

_UNSPECIFIED: Final = ("0.0.0.0", "::", "[::]")  # noqa: S104  looked for, not bound to


def address(patient: Patient) -> str:
    """Read the address as it was written, and tell what is odd about it."""
    origin = patient.case.origins["host"]
    told = "the default" if origin == "default" else f"from {origin}"
    if patient.case.local_only:
        _keep_at_home(patient)
    patient.proxy = probe.proxy_for(patient.root)
    _judge_writing(patient)
    if patient.proxy and is_private(patient.host):
        direct = patient.set_direct("localhost", "127.0.0.1", "::1", patient.host)
        patient.note(
            f"the proxy {patient.proxy_words} is by-passed for this address; other tools may"
            " send it there",
            f"keep them from it: {direct}",
        )
        patient.proxy = None
    via = f", through the proxy {patient.proxy_words}" if patient.proxy else ""
    return f"{patient.root} ({told}){via}"


def dns(patient: Patient) -> str:
    """Look up the host, or the proxy that stands before it."""
    host, port = patient.next_stop
    try:
        patient.addresses = probe.look_up(host, port, patient.case.seconds)
    except TimeoutError as error:
        raise TimedOutError(
            f"no answer about the name {host} within {patient.case.seconds:g} s",
            hint=f"if the server runs on this machine: {patient.set_local()}",
        ) from error
    except (OSError, UnicodeError) as error:
        raise causes.unresolved(patient, host, error) from error
    if patient.addresses == (host,):
        return "not needed: it is a number"
    return f"{host} is {' and '.join(patient.addresses)}"


def tcp(patient: Patient) -> str:
    """Connect to each address of the host."""
    _, port = patient.next_stop
    knocks = [probe.knock(each, port, patient.case.seconds) for each in patient.addresses]
    opened = [knock.address for knock in knocks if knock.state == "open"]
    if not opened:
        raise causes.closed(patient, knocks)
    closed = [knock for knock in knocks if knock.state != "open"]
    if closed:
        told = ", ".join(f"{knock.address} ({knock.words})" for knock in closed)
        fixed = patient.set_address(patient.url(host=opened[0]))
        patient.note(
            f"the server listens at {opened[0]}, but not at {told}; some tools try only that one",
            f"name the address itself: {fixed}",
        )
    patient.addresses = tuple(opened)
    return f"port {port} of {opened[0]} is open"


def tls(patient: Patient) -> str:
    """Make a TLS handshake and check the certificate."""
    case = patient.case
    made = probe.secure(
        patient.host,
        patient.addresses[0],
        patient.port,
        case.seconds,
        patient.ca_file,
        verify=patient.verifies,
    )
    if made.fault in {"silent", "other"} and probe.speaks_http(
        patient.addresses[0], patient.port, case.seconds
    ):
        made = made._replace(fault="plain")
    if made.fault:
        raise causes.insecure(patient, made)
    if not patient.verifies:
        patient.note("the certificate is not checked, as the settings have it")
    return made.protocol


def _keep_at_home(patient: Patient) -> None:
    try:
        policy.check_host(patient.root)
    except RefusedError as error:
        hint = f"name one of this machine: {patient.set_local()}"
        raise error.with_facts(hint=hint) from error


def _judge_writing(patient: Patient) -> None:
    host = patient.typed_host
    fixed = patient.set_address(patient.root)
    if host.startswith(_UNSPECIFIED) and patient.is_here:
        patient.note(
            "0.0.0.0 and :: are where a server listens, not where it is called:"
            f" {patient.host} is used",
            f"other tools need it by name: {fixed}",
        )
    path = patient.typed_path
    if path == f"{patient.path}/v1":
        return  # in its place, unless it is Ollama's: that is seen later
    if path not in {"", patient.path} and path.endswith(("/v1", "/api")):
        patient.note_path(path)
    elif path not in {"", patient.path}:
        patient.note(
            f"{path} is a path of the API, not an address: {patient.root} is used",
            f"leave it out: {fixed}",
        )
