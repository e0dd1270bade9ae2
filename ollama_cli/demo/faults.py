"""Faults: answers that go wrong on purpose, so that people see what the tool does then."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from ollama_cli.demo.documents import (
    FAILED,
    Document,
    Event,
    RefusalError,
    Stream,
    document,
)
from ollama_cli.demo.peer import Peer
from ollama_cli.demo.routes import refusal

FAULTS: Final[tuple[str, ...]] = (
    "stall",
    "cut",
    "error",
    "slow",
    "rollback",
    "html",
    "unauthorized",
    "busy",
)
"""What can go wrong: each word is a value for `DemoServer(fault=…)`."""

PULL: Final = "/api/pull"
BUSY: Final = "server busy, please try again.  maximum pending requests exceeded"
SLOW_LINE: Final = 0.3
SLOW_BYTES: Final = 0.02

_PULL_LINES: Final = 8
_LINES: Final = 3
_DRIBBLE: Final = 16
_RAN_OUT: Final = "an error was encountered while running the model: unexpected EOF"
_RETRIES: Final = "max retries exceeded: EOF"
_PAGE: Final = (
    b"<!DOCTYPE html>\n<html><head><title>Welcome to this network</title></head>\n"
    b"<body><h1>Sign in</h1><p>A gateway answers in place of the server.</p></body></html>\n"
)
_SIGN_IN: Final = "https://ollama.com/connect?name=demo&key=ZGVtbw"


class CutError(Exception):
    """The connection is closed in mid-answer."""


class Plan:
    """Which answers go wrong: the first ones, or all."""

    def __init__(self, kind: str | None, times: int | None) -> None:
        if kind is not None and kind not in FAULTS:
            raise ValueError(f"unknown fault {kind!r}; there are: {', '.join(FAULTS)}")
        self._kind = kind
        self._left = times
        self._lock = threading.Lock()

    def draw(self, path: str) -> str | None:
        """Take the fault of the next answer; a rollback is only for pulls."""
        if self._kind is None or (self._kind == "rollback" and path != PULL):
            return None
        with self._lock:
            if self._left is None:
                return self._kind
            self._left -= 1
            return self._kind if self._left >= 0 else None


@dataclass(frozen=True)
class Fault:
    """One fault at work on one answer."""

    kind: str | None
    path: str
    peer: Peer

    def instead(self) -> Document | None:
        """Give the answer that stands in place of the real one."""
        match self.kind:
            case "busy":
                return refusal(self.path, RefusalError(503, BUSY))
            case "html":
                return Document(200, _PAGE, "text/html")
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
            for start in range(0, len(body), _DRIBBLE):
                self.peer.pause(SLOW_BYTES)
                yield body[start : start + _DRIBBLE]
            return
        sent = {"cut": len(body) // 2, "stall": 0}.get(self.kind or "", len(body))
        yield body[:sent]
        self.strike()

    @property
    def _reason(self) -> str:
        return _RETRIES if self.path == PULL else _RAN_OUT

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
