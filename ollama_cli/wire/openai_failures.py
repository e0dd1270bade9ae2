"""Error answers of OpenAI-compatible servers, in all their shapes, turned into our errors."""

from http import HTTPStatus
from typing import Final

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    OllamaCliError,
    ProtocolError,
    TooLongError,
)
from ollama_cli.wire import decoding, failures, fields

_TOO_LONG_CODES: Final = {"context_length_exceeded", "exceed_context_size_error"}
_TOO_LONG: Final = (
    "maximum context length",
    "maximum model length",
    "exceeds the available context size",
    "exceeds the context",
    "exceed context window",
    "exceeds context window",
    "context length of only",
    "context size has been exceeded",
    "larger than the max context size",
    "too large to process",
    "context_length_exceeded",
)
_CHAT_ONLY: Final = ("a chat model", "chat/completions")
_NO_SUCH_MODEL: Final = ("not found", "does not exist", "is not installed", "no such model")


def error_from_answer(
    status: int, content_type: str, body: bytes, *, address: str | None = None
) -> OllamaCliError:
    """Turn an answer with an error status into an error; `address` is that of the server."""
    try:
        document = fields.mapping(decoding.document(body))
    except ProtocolError:
        document = {}
    message, code = _message_and_codes(document)
    if status == HTTPStatus.FORBIDDEN and not message:
        return failures.error_from_answer(status, content_type, body, address=address)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _auth_error(status, message, fields.text(document.get("signin_url")))
    if not message:
        return failures.error_from_answer(status, content_type, body, address=address)
    return _error_from(message, code, status).with_facts(http_status=status)


def error_in(value: object) -> OllamaCliError | None:
    """Find the error in a document or an event that came with a status of success."""
    document = fields.mapping(value)
    if not document.get("error") and document.get("object") != "error":
        return None
    message, code = _message_and_codes(document)
    return _error_from(message or "the server reports an error without words", code, None)


def is_for_chat(error: OllamaCliError) -> bool:
    """Return whether an error says that a model answers only at `/v1/chat/completions`."""
    lower = error.message.lower()
    return error.http_status == HTTPStatus.NOT_FOUND and any(words in lower for words in _CHAT_ONLY)


def _message_and_codes(document: dict[str, object]) -> tuple[str, set[str]]:
    """Read the message of an error and the codes that name its kind."""
    inner = document.get("error")
    part = inner if isinstance(inner, dict) else document
    message = fields.error_text(inner) or _detail(document.get("detail"))
    message = message or fields.text(document.get("message"))
    codes = {fields.text(part.get("code")), fields.text(part.get("type"))} - {""}
    return failures.shown(message), codes


def _detail(value: object) -> str:
    """Read FastAPI's `detail`: a sentence, or a list of fields and what is wrong with each."""
    problems = fields.items(value)
    if not problems:
        return fields.error_text(value)
    return "; ".join(
        ".".join(map(str, place)) + ": " + fields.text(problem.get("msg"))
        if isinstance(place := problem.get("loc"), list)
        else fields.text(problem.get("msg"))
        for problem in problems
    )


def _error_from(message: str, codes: set[str], status: int | None) -> OllamaCliError:
    lower = message.lower()
    if codes & _TOO_LONG_CODES or any(phrase in lower for phrase in _TOO_LONG):
        return TooLongError(
            message, hint="shorten the prompt, or start the server with a larger context"
        )
    unknown = status == HTTPStatus.NOT_FOUND and "model" in lower
    if "model_not_found" in codes or (unknown and any(words in lower for words in _NO_SUCH_MODEL)):
        return ModelNotFoundError(message)
    return failures.error_from_text(message)


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
