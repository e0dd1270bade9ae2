"""Ollama beside the address that was given: on the other loopback, its own port, another path."""

from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.doctor.target import Patient
from ollama_cli.transport.quick_get import glance
from ollama_cli.types.urls import DEFAULT_PORT, is_private
from ollama_cli.wire import decoding, ollama as wire

_LOOPBACKS: Final = ("127.0.0.1", "::1")


def elsewhere(patient: Patient) -> str | None:
    """Find the address at which Ollama answers instead; None where it is nowhere near."""
    hosts, known = [patient.host], {patient.host, *patient.addresses}
    if known & set(_LOOPBACKS):  # a name may stand for one of the two alone
        hosts += [each for each in _LOOPBACKS if each not in known]
    others = [patient.url(host=host) for host in hosts[1:]]
    if patient.path:
        others.append(patient.url(path=""))
    if is_private(patient.host):
        port = int(DEFAULT_PORT)
        others += [patient.url(scheme="http", host=host, port=port, path="") for host in hosts]
    others = [url for url in dict.fromkeys(others) if url != patient.root]
    return next((url for url in others if _has_ollama(patient, url)), None)


def _has_ollama(patient: Patient, url: str) -> bool:
    found = glance(
        url,
        "/api/version",
        seconds=patient.case.seconds,
        environ=patient.case.environ,
        ca_file=patient.ca_file,
    )
    try:
        return found is not None and bool(wire.parse_version(decoding.document(found)))
    except OllamaCliError:
        return False
