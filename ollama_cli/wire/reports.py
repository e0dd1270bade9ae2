"""What a server says went wrong, wherever and however it says so: words, codes and a status.

Sources: the error objects of OpenAI, Anthropic, FastAPI, Cloudflare, MiniMax (`base_resp`), Zhipu
(`code` and `msg`), OpenRouter (in a choice), Nitro and Spring (`statusCode`, `status`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ollama_cli.wire import fields

NO_WORDS: Final = "the server reports an error without words"
_WORDS: Final = (
    "message", "msg", "detail", "error_msg", "errorMessage", "error_message", "status_msg",
    "statusMessage", "errors", "title",
)  # fmt: skip
_CODES: Final = (
    "code", "type", "error_code", "errorCode", "err_code", "status_code", "statusCode", "status",
)  # fmt: skip
_FINE: Final = frozenset({"", "0", "200", "ok", "success", "true", "none"})
_BAD_WORDS: Final = frozenset({"error", "failed", "failure", "fail"})
# A document that holds one of these answers the question, whatever else it holds.
_ANSWERS: Final = frozenset(
    {"choices", "data", "models", "response", "embeddings", "embedding", "results", "output"}
)
_STATUSES: Final = range(400, 600)


class Report(NamedTuple):
    """What went wrong: `codes` name its kind, `status` is an HTTP status of the report's own."""

    words: str
    codes: frozenset[str] = frozenset()
    status: int | None = None


def find(value: object) -> Report | None:
    """Find what a document, a line or an event that came as a success says went wrong."""
    document = fields.mapping(value)
    if any(map(_is_report, _levels(document))):
        return next(read(each) for each in _levels(document) if _is_report(each))
    base = fields.mapping(document.get("base_resp"))
    if not _is_fine(base.get("status_code")):
        return read(base)
    if any(map(document.get, _ANSWERS)) or isinstance(document.get("message"), dict):
        return None
    report = read(document)
    is_told = bool(report.words) or report.status is not None
    is_bad = document.get("success") is False or (is_told and _has_bad_code(document))
    if is_bad or (report.words and ("detail" in document or "errors" in document)):
        return report
    inner = (read(part) for part in _parts(document) if _has_bad_code(part))
    return next((found for found in inner if found.words), None)


def read(document: Mapping[str, Any]) -> Report:
    """Read what a document says that is an error."""
    inner = document.get("error")
    part = inner if isinstance(inner, dict) else document
    words = "" if inner is True else fields.error_text(inner)
    for name in _WORDS:
        words = words or _text(part.get(name)) or _text(document.get(name))
    codes = [each.get(name) for each in (part, document) for name in _CODES]
    named = frozenset(code for code in codes if isinstance(code, str) and code)
    return Report(words, named, next(filter(None, map(_status, codes)), None))


def _levels(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the places where an error may stand: the document, its choices, and their parts.

    In a document without choices that are all its parts: a `data`, a `payload`, a `body`.
    """
    yield document
    if not document.get("choices"):
        yield from _parts(document)
    for choice in fields.items(document.get("choices")):
        yield choice
        yield fields.mapping(choice.get("delta"))
        yield fields.mapping(choice.get("message"))


def _parts(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (part for name, part in document.items() if name != "error" and isinstance(part, dict))


def _is_report(level: Mapping[str, Any]) -> bool:
    return bool(level.get("error")) or "error" in (level.get("object"), level.get("type"))


def _has_bad_code(document: Mapping[str, Any]) -> bool:
    if any(not _is_fine(document.get(name)) for name in _CODES if "code" in name.lower()):
        return True
    status = document.get("status")
    return _status(status) is not None or fields.text(status).lower() in _BAD_WORDS


def _is_fine(code: object) -> bool:
    return code is None or str(code).lower() in _FINE


def _status(code: object) -> int | None:
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    if len(text) != 3 or not (text.isascii() and text.isdigit()):  # noqa: PLR2004  HTTP's three
        return None
    return int(text) if int(text) in _STATUSES else None


def _text(value: object) -> str:
    """Read words: a text, or FastAPI's list of fields and what is wrong with each."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return "; ".join(value)
    problems = fields.items(value)
    if not problems:
        return "" if isinstance(value, bool | int | float | list) else fields.error_text(value)
    return "; ".join(filter(None, map(_problem, problems)))


def _problem(problem: Mapping[str, Any]) -> str:
    words = fields.text(problem.get("msg")) or fields.text(problem.get("message"))
    place = problem.get("loc")
    return f"{'.'.join(map(str, place))}: {words}" if isinstance(place, list) else words
