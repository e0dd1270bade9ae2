"""Error answers of OpenAI-compatible servers, in all their shapes, turned into our errors."""

import re
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    TooLongError,
)
from ollama_cli.wire import complaints, decoding, failures, fields, reports

_CHAT_ONLY: Final = (
    r"a chat model|(?:mean|use|in|at|with|by|through|to) (?:the )?[`'\"]?/?(?:v1/)?chat/completions"
)


_SHORT: Final = 300


def error_from_answer(
    status: int, content_type: str, body: bytes, *, address: str | None = None
) -> OllamaCliError:
    """Turn an answer with an error status into an error; `address` is that of the server."""
    try:
        document = fields.mapping(decoding.document(body))
    except ProtocolError:
        document = {}
    report = reports.read(document)
    message = failures.shown(report.words)
    if status == HTTPStatus.FORBIDDEN and not message:
        return failures.error_from_answer(status, content_type, body, address=address)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _auth_error(status, message, fields.text(document.get("signin_url")))
    if not message:
        found = _from_plain(status, content_type, body)
        return found or failures.error_from_answer(status, content_type, body, address=address)
    return _error_from(message, report.codes, status).with_facts(http_status=status)


def _from_plain(status: int, content_type: str, body: bytes) -> OllamaCliError | None:
    """Read words without JSON around them; None if they tell nothing that has a code of its own."""
    words = "" if "html" in content_type else failures.plain(body)
    if len(words) > _SHORT or words.startswith(("{", "[", "<")):
        return None
    found = _error_from(words, frozenset(), status)
    is_known = isinstance(found, TooLongError | ModelNotFoundError)
    return found.with_facts(http_status=status) if is_known else None


def error_in(value: object) -> OllamaCliError | None:
    """Find the error in a document or an event that came with a status of success."""
    report = reports.find(value)
    if report is None:
        return None
    message = failures.shown(report.words) or reports.NO_WORDS
    if report.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _auth_error(report.status, message, "")
    return _error_from(message, report.codes, report.status)


def is_for_chat(error: OllamaCliError) -> bool:
    """Return whether an error says that a model answers only at `/v1/chat/completions`."""
    return error.http_status == HTTPStatus.NOT_FOUND and _is_for_chat(error.message)


def _error_from(message: str, codes: AbstractSet[str], status: int | None) -> OllamaCliError:
    if full := complaints.too_long(message, codes):
        return TooLongError(
            message, hint="shorten the prompt, or start the server with a larger context"
        ).with_facts(**full._asdict())
    if complaints.is_no_model(message, codes, status) and not _is_for_chat(message):
        return ModelNotFoundError(message)
    return failures.error_from_text(message)


def _is_for_chat(message: str) -> bool:
    return re.search(_CHAT_ONLY, message.lower()) is not None


def _auth_error(status: int, message: str, signin_url: str) -> AuthError:
    reason = message or f"HTTP {status} {HTTPStatus(status).phrase}"
    if signin_url:
        return AuthError(
            "the server wants a sign-in",
            reason=reason,
            hint=f"open {signin_url}",
            http_status=status,
        ).with_facts(sign_in=signin_url)
    return AuthError(
        "the server refuses",
        reason=reason,
        hint="name the variable that holds its key with `--api-key-env NAME`",
        http_status=status,
    ).with_facts(wants_key=status == HTTPStatus.UNAUTHORIZED)
