"""The rungs of the server: HTTP, the kind of API, the version."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from ollama_cli import versions
from ollama_cli.errors import AuthError, OllamaCliError, ProtocolError, ServerError, TimedOutError
from ollama_cli.services.ladder.patient import Patient
from ollama_cli.services.ladder.visits import Visit
from ollama_cli.transport import probe
from ollama_cli.urls import redact
from ollama_cli.wire.failures import error_from_answer

_VERSION: Final = "/api/version"
_SHOWN: Final = 60
_UPDATE: Final = "curl -fsSL https://ollama.com/install.sh | sh"


def http(patient: Patient) -> str:
    """Ask for the version and see who answers, and how."""
    try:
        seen = patient.visit(_VERSION)
    except OllamaCliError as error:
        raise _speechless(patient, error) from error
    patient.first = seen
    _refuse_status(patient, seen)
    if "html" in seen.content_type:
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
    """Find out which protocol is spoken."""
    found = patient.first
    version = _field(found, "version")
    if isinstance(version, str) and version:
        patient.kind, patient.version = "ollama", version
        return "Ollama"
    listed = patient.visit("/v1/models")
    if listed.status == HTTPStatus.OK and isinstance(_field(listed, "data"), list):
        patient.kind = "openai"
        return "an OpenAI-compatible server"
    raise _stranger(patient, found)


def version(patient: Patient) -> str:
    """Read the server's version and tell what it is too old for."""
    if patient.kind != "ollama":
        return "not told by this kind of server"
    shown = patient.version
    number = versions.parse(shown)
    if number is None:
        patient.note(f"{shown!r} cannot be read as a version; the server is taken for a new one")
    elif versions.is_development(number):
        patient.note("somebody's own build; it is taken for a new one")
    elif missing := versions.lacking(number):
        patient.note(
            f"too old for {', '.join(missing)}",
            f"update it where it runs: `{_UPDATE}`",
        )
    return shown


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _field(seen: Visit | None, name: str) -> object:
    document = seen.document if seen else None
    return document.get(name) if isinstance(document, Mapping) else None


def _speechless(patient: Patient, error: OllamaCliError) -> OllamaCliError:
    """Explain why there is no answer that can be read as HTTP."""
    if patient.proxy:
        error.hint = f"go without the proxy: {patient.set_direct(patient.host)}"
        return error
    if _is_tls(patient):
        return _secured(patient)
    if isinstance(error, TimedOutError):
        return TimedOutError(
            "the connection is accepted, and then nothing comes for"
            f" {patient.case.seconds:g} s: whoever listens there hangs or has too much to do",
            hint="wait longer: `ollama-cli --timeout 60 doctor`; if that fails, restart the server",
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
            raise AuthError(
                f"the proxy {patient.proxy_words} wants a password",
                hint=f"name yourself: `export {patient.scheme.upper()}_PROXY=http://USER:PASSWORD@PROXY:PORT`",
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
    told = error_from_answer(seen.status, seen.content_type, seen.body)
    if told.hint and told.hint.startswith("open "):
        return AuthError(told.message, hint="sign in: `ollama signin`", http_status=seen.status)
    if seen.challenge.lower().startswith("basic"):
        url = patient.url().replace("://", "://USER:PASSWORD@")
        hint = f"name yourself: {patient.set_address(url)}"
    else:
        hint = "give the key of this server: `export OLLAMA_CLI_API_KEY=KEY`"
    return AuthError(told.message, hint=hint, http_status=seen.status)


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


def _stranger(patient: Patient, seen: Visit | None) -> OllamaCliError:
    status = seen.status if seen else None
    if seen and seen.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        told = error_from_answer(seen.status, seen.content_type, seen.body)
        told.hint = "restart it where it runs: `ollama serve`"
        return told
    told = ProtocolError(
        f"somebody answers ({_status(status or 0)}), but neither as Ollama does nor as"
        " OpenAI-compatible servers do",
        http_status=status,
    )
    return _elsewhere(patient, told)


def _elsewhere(patient: Patient, error: OllamaCliError) -> OllamaCliError:
    """Tell where Ollama is, if it is near, as it is not where it was looked for."""
    if found := patient.elsewhere():
        error.message += f"; but Ollama answers at {found}"
        error.hint = f"use that: {patient.set_address(found)}"
    elif patient.is_here:
        error.hint = f"see which program it is: `lsof -nP -i :{patient.port}`"
    else:
        error.hint = "seen at the address: `ollama-cli config get host`"
    return error
