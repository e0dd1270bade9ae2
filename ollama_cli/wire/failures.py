"""Error answers of servers, turned into our errors."""

import ipaddress
import re
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    ServerError,
    TooLongError,
)
from ollama_cli.types import model_names
from ollama_cli.types.secrets import start_of
from ollama_cli.types.urls import host_of, is_loopback
from ollama_cli.wire import complaints, decoding, fields, reports

_HINTS: Final = {
    "does not support thinking": "leave out --think for this model",
    "does not support insert": "leave out --suffix for this model",
    "does not support tools": "choose a model with the capability `tools`",
    "does not support chat": "choose a model that can chat with -m",
    "does not support generate": "choose a model that can write with -m",
    "does not support embeddings": "choose an embedding model with -m",
    "server busy": "try again in a moment",
    "invalid model name": model_names.GRAMMAR,
}
# Ollama answers none of these by itself without saying why.
_OF_PROXIES: Final = frozenset(
    {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_LOADING: Final = (
    r"(?i)\bloading (?:the )?model\b|\bmodel\b.{0,200}\b(?:is|still)\b.{0,20}\bloading\b"
)
_SHOWN: Final = 500


def error_from_answer(
    status: int, content_type: str, body: bytes, *, address: str | None = None
) -> OllamaCliError:
    """Turn an answer with an error status into an error; `address` is the server's."""
    document = _document(body)
    message = shown(fields.error_text(document.get("error")))
    reason = _reason(status)
    if status == HTTPStatus.FORBIDDEN and not message:
        return _forbidden(content_type, document, body, address)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _auth_error(status, message, fields.text(document.get("signin_url")))
    if status == HTTPStatus.NOT_FOUND and message and "not found" in message:
        return ModelNotFoundError(message, http_status=status)
    if message:
        return error_from_text(message, http_status=status)
    words = plain(body)
    page = " with an HTML page" if "html" in content_type else ""
    return ServerError(
        "the server",
        address=address,
        rest=f" answered {reason}{page}",
        reason="" if page or words.startswith(str(status)) else words,
        http_status=status,
    )


def error_from_text(message: str, *, http_status: int | None = None) -> OllamaCliError:
    """Turn the server's text into an error: TooLongError for a full context, else ServerError."""
    if full := complaints.too_long(message):
        return TooLongError(
            message, hint="give the model more room: `--num-ctx auto`", http_status=http_status
        ).with_facts(**full._asdict())
    hint = next((hint for words, hint in _HINTS.items() if words in message), None)
    return ServerError(message, hint=hint, http_status=http_status)


def error_from_line(value: object) -> OllamaCliError | None:
    """Find the error in a line of a stream, if it has one; ProtocolError if it is no object."""
    if not isinstance(value, dict):
        return ProtocolError("the server sent a line that is no JSON object")
    if message := fields.error_text(value.get("error")):
        message = reports.read(value).words or message
    elif report := reports.find(value):
        message = report.words or reports.NO_WORDS
    return error_from_text(shown(message)) if message else None


def shown(message: str) -> str:
    """Return as much of a text as an error shows."""
    return start_of(message, _SHOWN)


def is_loading(error: OllamaCliError) -> bool:
    """Return whether a server says that it has still to load its model, as llama.cpp's does."""
    is_unavailable = error.http_status == HTTPStatus.SERVICE_UNAVAILABLE
    return is_unavailable and re.search(_LOADING, error.message) is not None


def may_be_of_a_proxy(status: int, body: bytes) -> bool:
    """Return whether an error answer may be that of a proxy on the way: Ollama says why."""
    return status in _OF_PROXIES and not _document(body).get("error")


def plain(body: bytes) -> str:
    """Return the words of an answer that is no JSON, as much as an error shows."""
    return " ".join(shown(body.decode("utf-8", "replace")).split())


def _document(body: bytes) -> dict[str, object]:
    try:
        return fields.mapping(decoding.document(body))
    except ProtocolError:
        return {}


def _reason(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _auth_error(status: int, message: str, signin_url: str) -> AuthError:
    if signin_url:
        return AuthError(
            f"the server wants a sign-in: {message or 'unauthorized'}",
            hint=f"open {signin_url}",
            http_status=status,
        ).with_facts(sign_in=signin_url)
    return AuthError(
        "the server refuses",
        reason=message or _reason(status),
        hint="put `user:password@` into the address, or sign in where the server runs",
        http_status=status,
    ).with_facts(wants_key=status == HTTPStatus.UNAUTHORIZED)


def _forbidden(
    content_type: str, document: dict[str, object], body: bytes, address: str | None
) -> AuthError:
    """Return the error of a 403 in which Ollama does not say why; an empty one is about a name."""
    status = HTTPStatus.FORBIDDEN
    is_empty, is_page = not body.strip(), "html" in content_type
    if is_empty and address is not None and _is_refusable(host_of(address)):
        return AuthError(
            f"the server refuses requests for this host name (HTTP {status})",
            hint="name it by its IP address, or let the server listen on all addresses",
            http_status=status,
        )
    words = fields.error_text(document.get("message") or document.get("detail"))
    return AuthError(
        "the server",
        address=address,
        rest=" refuses with an HTML page" if is_page else " refuses",
        reason=shown(words) or ("" if is_page else plain(body)) or _reason(status),
        hint="ask whoever runs a proxy or a gateway there"
        + ("" if is_empty else ": these are no words of Ollama"),
        http_status=status,
    )


def _is_refusable(host: str) -> bool:
    """Return whether Ollama on loopback refuses a host: a name, but not of this machine."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not is_loopback(host)
    return False
