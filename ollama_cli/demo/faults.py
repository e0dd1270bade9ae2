"""Faults: answers that go wrong on purpose, to show what the tool does then."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from ollama_cli.demo.documents import (
    FAILED,
    Body,
    Document,
    Event,
    RefusalError,
    Stream,
    document,
)
from ollama_cli.demo.layers import PIECE
from ollama_cli.demo.peer import CutError, Peer
from ollama_cli.demo.pull_faults import PAGE, RETRIES
from ollama_cli.demo.routes import refusal
from ollama_cli.demo.script import PULL

BUSY: Final = "server busy, please try again.  maximum pending requests exceeded"
SLOW_LINE: Final = 0.3
SLOW_BYTES: Final = 0.02
DRIP: Final = 0.1
"""Seconds before each byte of a slow registry, which is never silent and never done."""

_ANSWERING: Final = frozenset({"/api/generate", "/api/chat", "/v1/chat/completions"})
_FORMAT: Final = re.compile(rb'"(?:response_)?format"\s*+:\s*+(?!null|"")')
_PULL_LINES: Final = 8
_LINES: Final = 3
_SLOW_PIECE: Final = 16
_MODEL_FAILED: Final = "an error was encountered while running the model: unexpected EOF"
_SIGN_IN: Final = "https://ollama.com/connect?name=demo&key=ZGVtbw"


def asks_for_json(path: str, body: bytes) -> bool:
    """Return whether a request is for an answer with a `format`."""
    return path in _ANSWERING and _FORMAT.search(body) is not None


@dataclass(frozen=True)
class AnswerFault:
    """The fault of one answer, of any route."""

    kind: str | None
    path: str
    peer: Peer

    def instead(self) -> Document | None:
        """Return the answer that replaces the real one; None if there is none."""
        match self.kind:
            case "busy":
                return refusal(self.path, RefusalError(503, BUSY))
            case "html" | "registry-html":
                return Document(200, PAGE, "text/html")
            case "unauthorized":
                body = {"error": "unauthorized", "signin_url": _SIGN_IN}
                return document(body, status=401)
        return None

    def on_document(self, answer: Document) -> Document:
        """Replace a document by an error, if that is the fault."""
        if self.kind != "error":
            return answer
        return refusal(self.path, RefusalError(FAILED, self._reason))

    def on_stream(self, stream: Stream) -> Stream:
        """Apply the fault to the events of a stream."""
        return Stream(self._with_fault(stream.events), stream.content_type)

    def pieces(self, body: Body) -> Iterator[bytes]:
        """Yield the body of a document with the fault applied."""
        if self.kind == "slow":
            yield from self._in_slow_pieces(body, _SLOW_PIECE, SLOW_BYTES)
            return
        if self.kind == "registry-slow":
            yield from self._in_slow_pieces(body, 1, DRIP)
            return
        sent = {"cut": len(body) // 2, "stall": 0}.get(self.kind or "", len(body))
        for start in range(0, max(sent, 1), PIECE):  # at the least the head goes out
            yield body[start : min(start + PIECE, sent)]
        self.interrupt()

    def _in_slow_pieces(self, body: Body, length: int, seconds: float) -> Iterator[bytes]:
        for start in range(0, len(body), length):
            self.peer.pause(seconds)
            yield body[start : start + length]

    @property
    def _reason(self) -> str:
        return RETRIES if self.path == PULL else _MODEL_FAILED

    def _with_fault(self, events: Iterator[Event]) -> Iterator[Event]:
        if self.kind == "slow":
            for event in events:
                self.peer.pause(SLOW_LINE)
                yield event
        elif self.kind in {"stall", "cut", "error"}:
            yield from islice(_without_last(events), _PULL_LINES if self.path == PULL else _LINES)
            if self.kind == "error":
                raise RefusalError(FAILED, self._reason)
            self.interrupt()
        else:
            yield from events

    def interrupt(self) -> None:
        """Cut or stall here, if that is the fault."""
        if self.kind == "cut":
            raise CutError
        if self.kind == "stall":
            self.peer.linger()


def _without_last(events: Iterator[Event]) -> Iterator[Event]:
    """Yield all events but the last, so that the stream never reaches its end."""
    yield from (event for event, _ in pairwise(events))
