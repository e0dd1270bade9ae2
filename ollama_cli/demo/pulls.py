"""Pulls: layers that arrive in real time, stay when the client leaves, and are verified."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from ollama_cli.demo import registry
from ollama_cli.demo.catalogue import Model
from ollama_cli.demo.documents import (
    FAILED,
    JSON,
    Document,
    Event,
    PageError,
    RefusalError,
    Stream,
    document,
)
from ollama_cli.demo.layers import Blob
from ollama_cli.demo.library import checked
from ollama_cli.demo.machine import Request
from ollama_cli.demo.strikes import TRICKLE, Strike, full
from ollama_cli.types import model_names

TICK: Final = 0.06
"""Seconds between two lines of one layer, as on the real server."""

READ: Final = 1 << 10
"""Bytes between two lines of a tensor model, which come as fast as the bytes do."""

_SHARES: Final = 16
_SMALLEST_PIECE: Final = 1 << 16
_TENSOR_PIECE: Final = 1 << 15


def pull(request: Request) -> Document | Stream:
    """Download a model of the catalogue."""
    wanted = request.read("PullRequest")
    name = checked(wanted.text("model") or wanted.text("name"))
    statuses = _Pull(request, name).statuses()
    if wanted.flag("stream", default=True):
        return Stream(statuses)
    try:
        *_, last = statuses
    except RefusalError as error:
        raise RefusalError(error.status, error.text, content_type=JSON) from error
    except PageError as error:
        return Document(200, error.page, "text/html")
    return document(last, content_type=JSON)


class _Pull:
    """One run of a pull."""

    def __init__(self, request: Request, name: str) -> None:
        self._request = request
        self._name = name
        self._strike = Strike(request)
        self._blobs: list[Blob] = []

    def statuses(self) -> Iterator[Event]:
        """Run it, and say how it goes."""
        library = self._request.machine.library
        yield {"status": "pulling manifest"}
        self._strike.at_manifest(_place(self._name))
        model = _ask_registry(self._name)
        self._blobs = [library.blob(layer) for layer in model.layers]
        self._strike.begin(self._done, model.size)
        yield from (self._tensors() if model.is_tensor else self._layers())
        yield {"status": "writing manifest"}
        if self._strike.kind == "no-success":
            return
        library.install(self._name, model)
        yield {"status": "success"}
        if self._strike.kind == "after-success":
            yield from ({"status": "verifying sha256 digest"}, _line(self._blobs[0], 1))

    @property
    def _done(self) -> int:
        return sum(blob.received for blob in self._blobs)

    def _layers(self) -> Iterator[Event]:
        """Fetch one layer after another; one that is there has a single line."""
        new = [blob for blob in self._blobs if not blob.verified]
        for blob in self._blobs:
            yield from (self._fetch(blob) if blob in new else (_line(blob, blob.received),))
        yield {"status": "verifying sha256 digest"}
        self._verify(new)

    def _fetch(self, blob: Blob) -> Iterator[Event]:
        """Receive a layer piece by piece; one that is small arrives in a single line."""
        if blob.received or blob.layer.size > self._pace(blob)[0]:
            yield _line(blob, blob.received)
        for _ in self._received(blob):
            if self._strike.kind != "few-lines" or not blob.complete:
                yield _line(blob, blob.received)

    def _tensors(self) -> Iterator[Event]:
        """Fetch the layers as if they were one, with a line for each read, and verify each."""
        total = sum(blob.layer.size for blob in self._blobs)
        new = [blob for blob in self._blobs if not blob.verified]
        for blob in new:
            before = self._done
            for done in self._received(blob):
                # A layer that starts again has one line, and it is a lower one.
                for completed in chain(range(before + READ, done, READ), (done,)):
                    yield _progress("model", "sha256:model", total, completed)
                before = done
        self._verify(new)

    def _received(self, blob: Blob) -> Iterator[int]:
        """Receive a layer; give the bytes of the whole model after each piece and each fault."""
        yield from self._struck(blob)
        while not blob.complete:
            length, seconds = self._pace(blob)
            self._request.peer.pause(seconds)
            _receive(blob, min(length, self._strike.room(self._done)))
            yield self._done
            yield from self._struck(blob)

    def _struck(self, blob: Blob) -> Iterator[int]:
        """Let the fault happen where it is due; some leave the pull alive."""
        if not self._strike.is_due(self._done):
            return
        while self._strike.kind == "repeat":
            self._request.peer.pause(TICK)
            yield self._done
        self._strike.happen(blob)
        yield self._done

    def _pace(self, blob: Blob) -> tuple[int, float]:
        """Choose the bytes of one piece, and how long they take; rate 0 takes no time."""
        if self._strike.trickles:
            return TRICKLE, TICK
        rate = self._request.machine.bytes_per_second
        share = max(blob.layer.size // _SHARES, _SMALLEST_PIECE)
        if blob.layer.is_tensor:
            share = _TENSOR_PIECE
        if rate <= 0:
            return share, 0.0
        length = max(1, min(int(rate * TICK), share))
        return length, min(length, blob.layer.size) / rate

    def _verify(self, new: list[Blob]) -> None:
        for blob in new:
            found = blob.hash()
            if found != blob.layer.digest:
                self._request.machine.library.discard(blob.layer)
                message = "digest mismatch, file must be downloaded again: want"
                raise RefusalError(FAILED, f"{message} {blob.layer.digest}, got {found}")
            blob.verified = True


def _receive(blob: Blob, length: int) -> None:
    try:
        blob.receive(length)
    except OSError as error:
        raise full(blob, str(error.strerror).lower()) from error


def _ask_registry(name: str) -> Model:
    """Find a model in the catalogue."""
    model = registry.find(name)
    if model is None:
        raise RefusalError(FAILED, "pull model manifest: file does not exist")
    return model


def _place(name: str) -> str:
    """Write where the registry has the manifest of a model."""
    parsed = model_names.parse(name)
    return f"{parsed.namespace}/{parsed.model}/manifests/{parsed.tag}" if parsed else name


def _line(blob: Blob, completed: int) -> Event:
    """Report a layer."""
    digest = blob.layer.digest
    short = digest.removeprefix("sha256:")[:12]
    return _progress(short, digest, blob.layer.size, completed)


def _progress(name: str, digest: str, total: int, completed: int) -> Event:
    """Write a line of progress; `completed` is left out where it is 0, as Go does."""
    line: dict[str, object] = {"status": f"pulling {name}", "digest": digest, "total": total}
    return line | {"completed": completed} if completed else line
