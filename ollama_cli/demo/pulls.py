"""Pulls: layers that arrive in real time, stay when the client leaves, and are verified."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ollama_cli.demo import catalogue
from ollama_cli.demo.catalogue import Model
from ollama_cli.demo.documents import FAILED, JSON, Document, Event, RefusalError, Stream, document
from ollama_cli.demo.layers import Blob
from ollama_cli.demo.library import checked, key
from ollama_cli.demo.machine import Request

TICK: Final = 0.06
"""Seconds between two lines of one layer, as on the real server."""

_SHARES: Final = 16
_SMALLEST_PIECE: Final = 1 << 16


def pull(request: Request) -> Document | Stream:
    """Download a model of the catalogue."""
    wanted = request.read("PullRequest")
    name = checked(wanted.text("model") or wanted.text("name"))
    statuses = _Pull(request, name, request.rolls_back).statuses()
    if wanted.flag("stream", default=True):
        return Stream(statuses)
    try:
        *_, last = statuses
    except RefusalError as error:
        raise RefusalError(error.status, error.text, content_type=JSON) from error
    return document(last, content_type=JSON)


@dataclass
class _Pull:
    """One run of a pull."""

    request: Request
    name: str
    falls_back: bool = False
    new: list[Blob] = field(default_factory=list)

    def statuses(self) -> Iterator[Event]:
        yield {"status": "pulling manifest"}
        model = _ask_registry(self.name)
        for layer in model.layers:
            blob = self.request.machine.library.blob(layer)
            if blob.verified:
                yield _line(blob)
            else:
                self.new.append(blob)
                yield from self._fetch(blob)
        yield {"status": "verifying sha256 digest"}
        self._verify()
        yield {"status": "writing manifest"}
        self.request.machine.library.install(self.name, model)
        yield {"status": "success"}

    def _fetch(self, blob: Blob) -> Iterator[Event]:
        """Receive a layer piece by piece; one that is small arrives in a single line."""
        length, seconds = self._pace(blob)
        if blob.received or blob.layer.size > length:
            yield _line(blob)
        while not blob.complete:
            self.request.peer.pause(seconds)
            _receive(blob, length)
            yield _line(blob)
            if self.falls_back and blob.layer.size // 2 <= blob.received < blob.layer.size:
                self.falls_back = False
                blob.restart()
                yield _line(blob)

    def _pace(self, blob: Blob) -> tuple[int, float]:
        """Choose the bytes of one piece, and how long they take; rate 0 takes no time."""
        rate = self.request.machine.bytes_per_second
        share = max(blob.layer.size // _SHARES, _SMALLEST_PIECE)
        if rate <= 0:
            return share, 0.0
        length = max(1, min(int(rate * TICK), share))
        return length, min(length, blob.layer.size) / rate

    def _verify(self) -> None:
        for blob in self.new:
            found = blob.hash()
            if found != blob.layer.digest:
                self.request.machine.library.discard(blob.layer)
                message = "digest mismatch, file must be downloaded again: want"
                raise RefusalError(FAILED, f"{message} {blob.layer.digest}, got {found}")
            blob.verified = True


def _receive(blob: Blob, length: int) -> None:
    try:
        blob.receive(length)
    except OSError as error:
        raise RefusalError(
            FAILED, f"write {blob.layer.digest}: {error.strerror}".lower()
        ) from error


def _ask_registry(name: str) -> Model:
    """Find a model in the catalogue."""
    model = catalogue.registry().get(key(name))
    if model is None:
        raise RefusalError(FAILED, "pull model manifest: file does not exist")
    return model


def _line(blob: Blob) -> Event:
    """Report a layer; `completed` is left out where it is 0, as Go does."""
    digest = blob.layer.digest
    line: dict[str, object] = {
        "status": f"pulling {digest.removeprefix('sha256:')[:12]}",
        "digest": digest,
        "total": blob.layer.size,
    }
    return line | {"completed": blob.received} if blob.received else line
