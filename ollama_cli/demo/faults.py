"""Faults: answers that go wrong on purpose, so that people see what the tool does then."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from ollama_cli.demo.documents import FAILED, Document, Event, RefusalError, Stream, document
from ollama_cli.demo.peer import CutError, Peer
from ollama_cli.demo.routes import refusal
from ollama_cli.demo.script import PULL
from ollama_cli.demo.strikes import PAGE, RETRIES

BUSY: Final = "server busy, please try again.  maximum pending requests exceeded"
SLOW_LINE: Final = 0.3
SLOW_BYTES: Final = 0.02
DRIP: Final = 0.1
"""Seconds before each byte of a slow registry: it is never silent and never done."""

_PULL_LINES: Final = 8
_LINES: Final = 3
_DRIBBLE: Final = 16
_RAN_OUT: Final = "an error was encountered while running the model: unexpected EOF"
_SIGN_IN: Final = "https://ollama.com/connect?name=demo&key=ZGVtbw"


@dataclass(frozen=True)
class Disturbance:
    """One fault at work on one answer, whatever it is an answer to."""

    kind: str | None
    path: str
    peer: Peer

    def instead(self) -> Document | None:
        """Give the answer that stands in place of the real one."""
        match self.kind:
            case "busy":
                return refusal(self.path, RefusalError(503, BUSY))
            case "html" | "registry-html":
                return Document(200, PAGE, "text/html")
            case "unauthorized":
                body = {"error": "unauthorized", "signin_url": _SIGN_IN}
                return document(body, status=401)
        return None

    def on_document(self, whole: Document) -> Document:
        """Turn a document into an error, where that is the fault."""
        if self.kind != "error":
            return whole
        return refusal(self.path, RefusalError(FAILED, self._reason))

    def on_stream(self, stream: Stream) -> Stream:
        """Disturb the events of a stream."""
        return Stream(self._disturbed(stream.events), stream.content_type)

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """Send the body of a document as the fault has it."""
        if self.kind == "slow":
            yield from self._dribbled(body, _DRIBBLE, SLOW_BYTES)
            return
        if self.kind == "registry-slow":
            yield from self._dribbled(body, 1, DRIP)
            return
        sent = {"cut": len(body) // 2, "stall": 0}.get(self.kind or "", len(body))
        yield body[:sent]
        self.strike()

    def _dribbled(self, body: bytes, length: int, seconds: float) -> Iterator[bytes]:
        for start in range(0, len(body), length):
            self.peer.pause(seconds)
            yield body[start : start + length]

    @property
    def _reason(self) -> str:
        return RETRIES if self.path == PULL else _RAN_OUT

    def _disturbed(self, events: Iterator[Event]) -> Iterator[Event]:
        if self.kind == "slow":
            for event in events:
                self.peer.pause(SLOW_LINE)
                yield event
        elif self.kind in {"stall", "cut", "error"}:
            yield from islice(_without_last(events), _PULL_LINES if self.path == PULL else _LINES)
            if self.kind == "error":
                raise RefusalError(FAILED, self._reason)
            self.strike()
        else:
            yield from events

    def strike(self) -> None:
        """Cut or stall here, where that is the fault."""
        if self.kind == "cut":
            raise CutError
        if self.kind == "stall":
            self.peer.linger()


def _without_last(events: Iterator[Event]) -> Iterator[Event]:
    """Hold one event back, so that a disturbed stream never reaches its end."""
    yield from (event for event, _ in pairwise(events))
