"""The checks of the server: HTTP, the kind of API, the version."""

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
from ollama_cli.features.doctor.nearby import find_nearby
from ollama_cli.features.doctor.target import Fetched, Target
from ollama_cli.services.identify import identify
from ollama_cli.services.kinds import ServerKind
from ollama_cli.transport import probe
from ollama_cli.types.secrets import redact, start_of
from ollama_cli.wire import openai_failures
from ollama_cli.wire.failures import error_from_answer, may_be_of_a_proxy
from ollama_cli.wire.unknown_route import is_unknown_route

_VERSION: Final = "/api/version"
_SHOWN: Final = 60
_PROXY: Final = "http://USER:PASSWORD@PROXY:PORT"
_UPDATE: Final = "update it where it runs: `curl -fsSL https://ollama.com/install.sh | sh`"
_NATIVE: Final = frozenset({ServerKind.OLLAMA, ServerKind.OLLAMA_COM, ServerKind.LOCALAI})


def http(target: Target) -> str:
    """Ask for the version and check how the server answers."""
    try:
        seen = target.fetch(_VERSION)
    except OllamaCliError as error:
        raise _no_http(target, error) from error
    _refuse_status(target, seen)
    is_of_server = seen.status < HTTPStatus.INTERNAL_SERVER_ERROR or target.proxy is not None
    is_strange = seen.is_html and not is_unknown_route(seen.status, seen.body)
    if is_strange and is_of_server and not _is_application(target, seen):
        raise _html_page(target, seen)
    if not target.is_at(seen.url):
        place = seen.url.removesuffix(_VERSION)
        raise ServerError(
            f"the server sends everything on to {redact(place)}, where no prompt follows",
            hint=f"name that address, if you trust it: {target.address_command(place)}",
            http_status=seen.status,
        )
    return _status(seen.status)


def _is_application(target: Target, seen: Fetched) -> bool:
    """Return whether a page stands where an application has no route, but models elsewhere."""
    if seen.status != HTTPStatus.OK or target.proxy is not None:
        return False
    try:
        listed = target.fetch(f"{target.openai_path}/models")
    except OllamaCliError:  # no answer is no list
        return False
    return listed.status == HTTPStatus.OK and not listed.is_html


def api(target: Target) -> str:
    """Find the kind of the server, and check that the settings allow its API."""
    seconds = target.case.seconds
    end = time.monotonic() + seconds
    target.server = identify(
        target.root,
        target.fetch_parts,
        openai_path=target.openai_path,
        below_api=target.case.may_be_webui,
        seconds=seconds,
    )
    if target.server.kind is ServerKind.NONE:
        raise _unidentified(target, is_late=time.monotonic() >= end)
    if target.case.api == "native" and target.server.kind not in _NATIVE:
        raise OtherApiError(
            f"this is {target.server.name}, which does not speak Ollama's own API, and"
            f" {target.case.origins['api']} rules the other one out",
            hint=f"let it be found out: {target.setting_command('api', 'auto')}",
        )
    is_webui = target.server.kind is ServerKind.OPEN_WEBUI
    if target.case.may_be_webui and not is_webui:
        target.note_path("/api")
    if target.server.kind is ServerKind.OLLAMA and target.typed_path == f"{target.path}/v1":
        target.note_path("/v1")
    return target.server.name


def version(target: Target) -> str:
    """Read the server's version and note what it is too old for."""
    shown = target.server.version
    if target.server.kind is not ServerKind.OLLAMA:
        return shown or "not told by this kind of server"
    if shown is None and target.fetched[_VERSION].status == HTTPStatus.OK:
        target.note("it tells none that can be read; the server is taken for a new one")
        return "not told"
    if shown is None:
        target.note("too old to tell its version", _UPDATE)
        return "not told"
    number = versions.parse(shown)
    if number is None:
        target.note(f"{shown!r} cannot be read as a version; the server is taken for a new one")
    elif versions.is_development(number):
        target.note("somebody's own build; it is taken for a new one")
    elif missing := versions.lacking(number):
        target.note(f"too old for {', '.join(missing)}", _UPDATE)
    return shown


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _no_http(target: Target, error: OllamaCliError) -> OllamaCliError:
    """Return the error for a server that sends no HTTP answer."""
    if target.proxy:
        words = target.proxy.words
        return error.with_facts(
            aside="" if words in error.message else f", through the proxy {words}",
            hint=f"go without the proxy: {target.no_proxy_command(target.host)}",
        )
    if _is_tls(target):
        return _https_needed(target)
    if isinstance(error, TimedOutError):
        return TimedOutError(
            "the connection is accepted, and then nothing comes for"
            f" {target.case.seconds:g} s: whoever listens there hangs or has too much to do",
            hint=f"wait longer: {target.own_command(changed={'--timeout': '60'})};"
            " if that fails, restart the server",
        )
    greeting = b""
    if target.scheme == "http":
        greeting = probe.first_bytes(target.addresses[0], target.port, target.case.seconds)
    if greeting and not greeting.startswith(b"HTTP/"):
        words = start_of(greeting.decode("utf-8", "replace"), _SHOWN).strip()
        return _with_place_hint(
            target, ProtocolError(f"no HTTP server listens there: it says {words!r}")
        )
    return _with_place_hint(target, error)


def _is_tls(target: Target) -> bool:
    return target.scheme == "http" and probe.speaks_tls(
        target.addresses[0], target.port, target.case.seconds
    )


def _https_needed(target: Target) -> OllamaCliError:
    return ServerError(
        "https is spoken at this port, not plain http",
        hint=f"say so: {target.address_command(target.url(scheme='https'))}",
    )


def _refuse_status(target: Target, seen: Fetched) -> None:
    """Raise the error of a status that is clear for any kind of server."""
    match seen.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise _refused(target, seen)
        case HTTPStatus.PROXY_AUTHENTICATION_REQUIRED if target.proxy:
            variable = target.proxy.variable or f"{target.scheme.upper()}_PROXY"
            raise AuthError(
                f"the proxy {target.proxy.words} wants a password",
                hint=f"name yourself: {target.export_command(variable, _PROXY)}",
                http_status=seen.status,
            )
        case HTTPStatus.BAD_REQUEST if not target.proxy and _is_tls(target):
            raise _https_needed(target)
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.GATEWAY_TIMEOUT if not target.proxy:
            raise ServerError(
                f"a gateway answers, and the server behind it does not ({_status(seen.status)})",
                hint="where the gateway runs: `ollama serve`",
                http_status=seen.status,
            )
        case _:
            pass


def _refused(target: Target, seen: Fetched) -> OllamaCliError:
    is_name = not target.is_here and target.addresses != (target.host,)
    if seen.status == HTTPStatus.FORBIDDEN and not seen.body and is_name:
        return AuthError(
            f"Ollama refuses requests for the host name {target.host} (HTTP 403): it listens on"
            " loopback alone, and takes strange names only where it listens on all addresses",
            hint="where it runs: `OLLAMA_HOST=0.0.0.0 ollama serve`",
            http_status=seen.status,
        )
    proxy = target.transport.answering_proxy
    if proxy and may_be_of_a_proxy(seen.status, seen.body):
        return AuthError(
            f"the proxy {proxy.words} may be the one that refuses ({_status(seen.status)})",
            hint=f"go past it: {target.no_proxy_command(target.host)}",
            http_status=seen.status,
        )
    error = openai_failures.error_from_answer(seen.status, seen.content_type, seen.body)
    if seen.is_html:  # no key helps with a page
        return _with_place_hint(target, error)
    return keys.with_key_hint(target, error, seen.challenge)


def _html_page(target: Target, seen: Fetched) -> OllamaCliError:
    status = _status(seen.status)
    if target.proxy:
        return ProtocolError(
            f"the proxy {target.proxy.words} answers with an HTML page ({status})",
            hint=f"go past it: {target.no_proxy_command(target.host)}",
            http_status=seen.status,
        )
    message = f"an HTML page comes back ({status}): another program listens there, or a portal"
    return _with_place_hint(target, ProtocolError(message, http_status=seen.status))


def _unidentified(target: Target, *, is_late: bool) -> OllamaCliError:
    """Return the error for a server of unknown kind, by all its answers."""
    first = target.fetched[_VERSION]
    if refused := next((seen for seen in target.fetched.values() if seen.is_refused), None):
        return _refused(target, refused)
    if first.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        found = error_from_answer(first.status, first.content_type, first.body)
        return found.with_facts(hint="restart it where it runs: `ollama serve`")
    if first.is_html:
        return _html_page(target, first)
    if is_late:
        return TimedOutError(
            f"who answers there did not show within {target.case.seconds:g} s",
            hint=f"wait longer: {target.own_command(changed={'--timeout': '60'})}",
        )
    error = ProtocolError(
        f"somebody answers ({_status(first.status)}), but neither as Ollama does nor as"
        " OpenAI-compatible servers do",
        http_status=first.status,
    )
    return _with_place_hint(target, error)


def _with_place_hint(target: Target, error: OllamaCliError) -> OllamaCliError:
    """Add a hint to an error: the address of Ollama nearby, or a command that helps to find it.

    Where a server answers, no other one is proposed, but the same at another path.
    """
    if found := find_nearby(target, answers=bool(target.fetched)):
        return error.with_facts(
            aside=f"; but Ollama answers at {found}",
            hint=f"use that: {target.address_command(found)}",
        )
    if target.is_here:
        hint = f"see which program it is: `lsof -nP -i :{target.port}`"
        return error.with_facts(hint=hint)
    return error.with_facts(hint="look at the address: `ollama-cli config get host`")
