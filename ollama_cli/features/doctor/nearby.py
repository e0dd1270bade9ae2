"""Ollama near the given address: on the other loopback, its own port, another path."""

from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.doctor.target import Target
from ollama_cli.transport.quick_get import quick_get
from ollama_cli.types.urls import DEFAULT_PORT, is_private
from ollama_cli.wire import decoding, ollama as wire

_LOOPBACKS: Final = ("127.0.0.1", "::1")


def find_nearby(target: Target, *, answers: bool = False) -> str | None:
    """Find an address near the given one at which Ollama answers; None if there is none.

    If a server `answers` there, only another path of it is near.
    """
    hosts, known = [target.host], {target.host, *target.addresses}
    if known & set(_LOOPBACKS):  # a name may mean only one of the two
        hosts += [each for each in _LOOPBACKS if each not in known]
    others = [] if answers else [target.url(host=host) for host in hosts[1:]]
    if target.path:
        others.append(target.url(path=""))
    if is_private(target.host) and not answers:
        port = int(DEFAULT_PORT)
        others += [target.url(scheme="http", host=host, port=port, path="") for host in hosts]
    others = [url for url in dict.fromkeys(others) if url != target.root]
    return next((url for url in others if _has_ollama(target, url)), None)


def _has_ollama(target: Target, url: str) -> bool:
    found = quick_get(
        url,
        "/api/version",
        seconds=target.case.seconds,
        environ=target.case.environ,
        ca_file=target.ca_file,
    )
    try:
        return found is not None and bool(wire.parse_version(decoding.document(found)))
    except OllamaCliError:
        return False
