"""Error answers of Anthropic's API, `{"type": "error", "error": {"type", "message"}}`, as ours."""

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
from ollama_cli.wire import decoding, fields, openai_failures, reports

_OVERLOADED: Final = 529
_NOT_FOUND: Final = "not_found_error"
_TOO_LARGE: Final = "request_too_large"
_SHORTEN: Final = "shorten the prompt"
# What the events of a stream report has no status of its own.
_STATUSES: Final = {
    "authentication_error": HTTPStatus.UNAUTHORIZED,
    "permission_error": HTTPStatus.FORBIDDEN,
}


def error_from_answer(
    status: int, content_type: str, body: bytes, *, address: str | None = None
) -> OllamaCliError:
    """Turn an answer with an error status into an error; `address` is that of the server."""
    error = openai_failures.error_from_answer(status, content_type, body, address=address)
    try:
        document = fields.mapping(decoding.document(body))
    except ProtocolError:
        document = {}
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and not isinstance(error, TooLongError):
        return error.as_kind(TooLongError).with_facts(hint=_SHORTEN)
    return _by_kind(error, reports.read(document).codes)


def error_in(value: object) -> OllamaCliError | None:
    """Find the error in a document or an event that came with a status of success."""
    report = reports.find(value)
    error = openai_failures.error_in(value)
    return None if report is None or error is None else _by_kind(error, report.codes)


def _by_kind(error: OllamaCliError, codes: frozenset[str]) -> OllamaCliError:
    """Return the error that the server's word for its kind makes of it."""
    if not isinstance(error, ServerError):
        return error
    if _NOT_FOUND in codes:
        return error.as_kind(ModelNotFoundError)
    if _TOO_LARGE in codes:
        return error.as_kind(TooLongError).with_facts(hint=_SHORTEN)
    if status := next((_STATUSES[code] for code in codes if code in _STATUSES), None):
        return error.as_kind(AuthError).with_facts(wants_key=status == HTTPStatus.UNAUTHORIZED)
    if error.http_status == _OVERLOADED or "overloaded_error" in codes:
        return error.with_facts(hint="the server has too much to do: try again in a moment")
    return error
