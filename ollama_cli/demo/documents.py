"""What a route returns: one document, a stream of events, or a refusal.

The bytes are as recorded from real servers: compact JSON with Go's escapes, a newline only where
they send one, one event per chunk.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

JSON: Final = "application/json"
JSON_UTF8: Final = "application/json; charset=utf-8"
NDJSON: Final = "application/x-ndjson"
SSE: Final = "text/event-stream"
TEXT: Final = "text/plain"
TEXT_UTF8: Final = "text/plain; charset=utf-8"

BAD_REQUEST: Final = 400
NOT_FOUND: Final = 404
FAILED: Final = 500
NO_ROOM: Final = 507

Event = Mapping[str, Any]

_GO_ESCAPES: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class RefusalError(Exception):
    """A route refuses: a status and the text of the `error` field.

    Raised in the middle of a stream it becomes the stream's last line.
    """

    def __init__(self, status: int, text: str, *, content_type: str = JSON_UTF8) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.content_type = content_type


class PageError(Exception):
    """The stream goes on with the bytes of an HTML page, as from a gateway."""

    def __init__(self, page: bytes) -> None:
        super().__init__(page)
        self.page = page


class Body(Protocol):
    """Bytes of known length that are read in pieces: `bytes`, or some that are computed."""

    def __len__(self) -> int:
        """Return the number of bytes."""
        ...

    def __getitem__(self, place: slice, /) -> bytes:
        """Return a piece."""
        ...


@dataclass(frozen=True)
class Document:
    """A complete answer of known length."""

    status: int = 200
    body: Body = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Stream:
    """An answer that arrives in events, one HTTP chunk each."""

    events: Iterator[Event]
    content_type: str = NDJSON

    def chunks(self) -> Iterator[bytes]:
        """Yield the events in the format of the content type."""
        return server_sent(self.events) if self.content_type == SSE else lines(self.events)


def encode(value: object) -> str:
    """Encode JSON as Go does: compact, with `<`, `>` and `&` escaped, other text as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_GO_ESCAPES)


def document(value: object, *, status: int = 200, content_type: str = JSON_UTF8) -> Document:
    """Return a native document, without a newline at its end."""
    return Document(status, _utf8(encode(value)), content_type)


def refusal(error: RefusalError) -> Document:
    """Return the document for the refusal of a native route."""
    return document({"error": error.text}, status=error.status, content_type=error.content_type)


def invalid(message: str) -> RefusalError:
    """Return a refusal of the inference process, whose text is JSON itself."""
    error = {"code": BAD_REQUEST, "message": message, "type": "invalid_request_error"}
    return RefusalError(BAD_REQUEST, json.dumps({"error": error}, separators=(",", ":")))


def lines(events: Iterator[Event]) -> Iterator[bytes]:
    """Yield one JSON object per line; a refusal is the last line."""
    try:
        for event in events:
            yield _utf8(encode(event) + "\n")
    except RefusalError as error:
        yield _utf8(encode({"error": error.text}) + "\n")
    except PageError as error:
        yield error.page


def server_sent(events: Iterator[Event]) -> Iterator[bytes]:
    """Yield server-sent events with `[DONE]` at the end.

    A refusal in the middle of a stream is lost, as on the real server: an empty piece without a
    model, and no `[DONE]`.
    """
    last: dict[str, Any] = {}
    try:
        for event in events:
            last = dict(event)
            yield _sse(encode(event))
    except RefusalError:
        is_completion = last.get("object") == "text_completion"
        piece = {"text": ""} if is_completion else {"delta": {"content": ""}}
        choice = {**piece, "index": 0, "finish_reason": None}
        yield _sse(encode({**last, "model": "", "choices": [choice]}))
    else:
        yield _sse("[DONE]")


def _sse(data: str) -> bytes:
    return _utf8(f"data: {data}\n\n")


def _utf8(text: str) -> bytes:
    """Encode text; a lone surrogate, which UTF-8 cannot encode, becomes `?`."""
    return text.encode("utf-8", "replace")
