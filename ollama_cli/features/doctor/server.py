"""The rungs of the server: HTTP, the kind of API, the version."""

import time
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import (
    AuthError,
    OllamaCliError,
    OtherApiError,
    ProtocolError,
    ServerError,
    TimedOutError,
)
from ollama_cli.features.doctor import keys, versions
from ollama_cli.features.doctor.nearby import elsewhere
from ollama_cli.features.doctor.target import Patient, Visit
from ollama_cli.services.identify import identify
from ollama_cli.services.kinds import ServerKind
from ollama_cli.transport import probe
from ollama_cli.types.secrets import redact
from ollama_cli.wire import openai_failures
from ollama_cli.wire.failures import error_from_answer
from ollama_cli.wire.unknown_route import is_unknown_route

_VERSION: Final = "/api/version"
_SHOWN: Final = 60
_PROXY: Final = "http://USER:PASSWORD@PROXY:PORT"
_UPDATE: Final = "update it where it runs: `curl -fsSL https://ollama.com/install.sh | sh`"
_NATIVE: Final = frozenset({ServerKind.OLLAMA, ServerKind.OLLAMA_COM, ServerKind.LOCALAI})


def http(patient: Patient) -> str:
    """Ask for the version and see who answers, and how."""
    try:
        seen = patient.visit(_VERSION)
    except OllamaCliError as error:
        raise _speechless(patient, error) from error
    _refuse_status(patient, seen)
    if seen.is_html and not is_unknown_route(seen.status, seen.body):
        raise _page(patient, seen)
    if not patient.is_at(seen.url):
        place = seen.url.removesuffix(_VERSION)
        raise ServerError(
            f"the server sends everything on to {redact(place)}, where no prompt follows",
            hint=f"name that address, if you trust it: {patient.set_address(place)}",
            http_status=seen.status,
        )
    return _status(seen.status)


def api(patient: Patient) -> str:
    """Find out who answers, and whether that may be asked in the protocol that it speaks."""
    seconds = patient.case.seconds
    end = time.monotonic() + seconds
    patient.server = identify(patient.root, patient.look, seconds=seconds)
    if patient.server.kind is ServerKind.NONE:
        raise _unknown(patient, is_late=time.monotonic() >= end)
    if patient.case.api == "native" and patient.server.kind not in _NATIVE:
        raise OtherApiError(
            f"this is {patient.server.name}, which does not speak Ollama's own API, and"
            f" {patient.case.origins['api']} rules the other one out",
            hint=f"let it be found out: {patient.setting('api', 'auto')}",
        )
    if patient.server.kind is ServerKind.OLLAMA and patient.typed_path == f"{patient.path}/v1":
        patient.note_path("/v1")
    return patient.server.name


def version(patient: Patient) -> str:
    """Read the server's version and tell what it is too old for."""
    shown = patient.server.version
    if patient.server.kind is not ServerKind.OLLAMA:
        return shown or "not told by this kind of server"
    if shown is None and patient.visits[_VERSION].status == HTTPStatus.OK:
        patient.note("it tells none that can be read; the server is taken for a new one")
        return "not told"
    if shown is None:
        patient.note("too old to tell its version", _UPDATE)
        return "not told"
    number = versions.parse(shown)
    if number is None:
        patient.note(f"{shown!r} cannot be read as a version; the server is taken for a new one")
    elif versions.is_development(number):
        patient.note("somebody's own build; it is taken for a new one")
    elif missing := versions.lacking(number):
        patient.note(f"too old for {', '.join(missing)}", _UPDATE)
    return shown


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _speechless(patient: Patient, error: OllamaCliError) -> OllamaCliError:
    """Explain why there is no answer that can be read as HTTP."""
    if patient.proxy:
        return error.with_facts(
            aside=f", through the proxy {patient.proxy_words}",
            hint=f"go without the proxy: {patient.set_direct(patient.host)}",
        )
    if _is_tls(patient):
        return _secured(patient)
    if isinstance(error, TimedOutError):
        return TimedOutError(
            "the connection is accepted, and then nothing comes for"
            f" {patient.case.seconds:g} s: whoever listens there hangs or has too much to do",
            hint=f"wait longer: {patient.again(changed={'--timeout': '60'})};"
            " if that fails, restart the server",
        )
    said = b""
    if patient.scheme == "http":
        said = probe.greet(patient.addresses[0], patient.port, patient.case.seconds)
    if said and not said.startswith(b"HTTP/"):
        words = said[:_SHOWN].decode("utf-8", "replace").strip()
        return _elsewhere(
            patient, ProtocolError(f"no HTTP server listens there: it says {words!r}")
        )
    return _elsewhere(patient, error)


def _is_tls(patient: Patient) -> bool:
    return patient.scheme == "http" and probe.speaks_tls(
        patient.addresses[0], patient.port, patient.case.seconds
    )


def _secured(patient: Patient) -> OllamaCliError:
    return ServerError(
        "https is spoken at this port, not plain http",
        hint=f"say so: {patient.set_address(patient.url(scheme='https'))}",
    )


def _refuse_status(patient: Patient, seen: Visit) -> None:
    """Raise what a status says by itself, whoever answered."""
    match seen.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise _unauthorised(patient, seen)
        case HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            variable = patient.proxy_variable or f"{patient.scheme.upper()}_PROXY"
            raise AuthError(
                f"the proxy {patient.proxy_words} wants a password",
                hint=f"name yourself: {patient.export(variable, _PROXY)}",
                http_status=seen.status,
            )
        case HTTPStatus.BAD_REQUEST if not patient.proxy and _is_tls(patient):
            raise _secured(patient)
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.GATEWAY_TIMEOUT if not patient.proxy:
            raise ServerError(
                f"a gateway answers, and the server behind it does not ({_status(seen.status)})",
                hint="where the gateway runs: `ollama serve`",
                http_status=seen.status,
            )
        case _:
            pass


def _unauthorised(patient: Patient, seen: Visit) -> OllamaCliError:
    is_name = not patient.is_here and patient.addresses != (patient.host,)
    if seen.status == HTTPStatus.FORBIDDEN and not seen.body and is_name:
        return AuthError(
            f"Ollama refuses requests for the host name {patient.host} (HTTP 403): it listens on"
            " loopback alone, and takes strange names only where it listens on all addresses",
            hint="where it runs: `OLLAMA_HOST=0.0.0.0 ollama serve`",
            http_status=seen.status,
        )
    error = openai_failures.error_from_answer(seen.status, seen.content_type, seen.body)
    return keys.complete(patient, error, seen.challenge)


def _page(patient: Patient, seen: Visit) -> OllamaCliError:
    status = _status(seen.status)
    if patient.proxy:
        return ProtocolError(
            f"the proxy {patient.proxy_words} answers with an HTML page ({status})",
            hint=f"go past it: {patient.set_direct(patient.host)}",
            http_status=seen.status,
        )
    told = f"an HTML page comes back ({status}): another program listens there, or a portal"
    return _elsewhere(patient, ProtocolError(told, http_status=seen.status))


def _unknown(patient: Patient, *, is_late: bool) -> OllamaCliError:
    """Explain why nobody knows who answers, by all that was seen."""
    first = patient.visits[_VERSION]
    if refused := next((seen for seen in patient.visits.values() if seen.is_refused), None):
        return _unauthorised(patient, refused)
    if first.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        found = error_from_answer(first.status, first.content_type, first.body)
        return found.with_facts(hint="restart it where it runs: `ollama serve`")
    if first.is_html:
        return _page(patient, first)
    if is_late:
        return TimedOutError(
            f"who answers there did not show within {patient.case.seconds:g} s",
            hint=f"wait longer: {patient.again(changed={'--timeout': '60'})}",
        )
    told = ProtocolError(
        f"somebody answers ({_status(first.status)}), but neither as Ollama does nor as"
        " OpenAI-compatible servers do",
        http_status=first.status,
    )
    return _elsewhere(patient, told)


def _elsewhere(patient: Patient, error: OllamaCliError) -> OllamaCliError:
    """Tell where Ollama is, if it is near, as it is not where it was looked for."""
    if found := elsewhere(patient):
        return error.with_facts(
            aside=f"; but Ollama answers at {found}",
            hint=f"use that: {patient.set_address(found)}",
        )
    if patient.is_here:
        hint = f"see which program it is: `lsof -nP -i :{patient.port}`"
        return error.with_facts(hint=hint)
    return error.with_facts(hint="seen at the address: `ollama-cli config get host`")
