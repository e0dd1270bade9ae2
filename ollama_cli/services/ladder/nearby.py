"""Ollama beside the address that was given: on the other loopback, its own port, another path."""

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.ladder.patient import Patient
from ollama_cli.transport.glance import glance
from ollama_cli.urls import DEFAULT_PORT, is_private
from ollama_cli.wire import decoding, ollama as wire


def elsewhere(patient: Patient) -> str | None:
    """Find the address at which Ollama answers instead; None where it is nowhere near."""
    twins = {"127.0.0.1": "::1", "::1": "127.0.0.1"}
    others = [patient.url(host=twins[patient.host])] if patient.host in twins else []
    if patient.path:
        others.append(patient.url(path=""))
    if patient.port != int(DEFAULT_PORT) and is_private(patient.host):
        others.append(patient.url(scheme="http", port=int(DEFAULT_PORT), path=""))
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
