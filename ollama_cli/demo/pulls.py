"""Pulls: layers arrive in real time, stay when the client leaves, and are verified."""

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
from ollama_cli.demo.library import check_name
from ollama_cli.demo.machine import Request
from ollama_cli.demo.pull_faults import TRICKLE, PullFault, disk_full
from ollama_cli.types import model_names

TICK: Final = 0.06
"""Seconds between two lines of one layer, as on the real server."""

READ: Final = 1 << 10
"""Bytes between two lines of a tensor model."""

_PIECES_PER_LAYER: Final = 16
_SMALLEST_PIECE: Final = 1 << 16
_TENSOR_PIECE: Final = 1 << 15


def pull(request: Request) -> Document | Stream:
    """Download a model of the catalogue."""
    wanted = request.read("PullRequest")
    name = check_name(wanted.text("model") or wanted.text("name"))
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
        self._fault = PullFault(request)
        self._blobs: list[Blob] = []

    def statuses(self) -> Iterator[Event]:
        """Run the pull, and yield its events."""
        library = self._request.machine.library
        yield {"status": "pulling manifest"}
        self._fault.refuse_manifest(_manifest_path(self._name))
        model = _find_model(self._name)
        self._blobs = [library.blob(layer) for layer in model.layers]
        self._fault.start(self._done, model.size)
        yield from (self._tensors() if model.is_tensor else self._layers())
        yield {"status": "writing manifest"}
        if self._fault.kind == "no-success":
            return
        library.install(self._name, model)
        yield {"status": "success"}
        if self._fault.kind == "after-success":
            yield from ({"status": "verifying sha256 digest"}, _line(self._blobs[0], 1))

    @property
    def _done(self) -> int:
        return sum(blob.received for blob in self._blobs)

    def _layers(self) -> Iterator[Event]:
        """Fetch one layer after another; a present one has a single line."""
        new = [blob for blob in self._blobs if not blob.verified]
        for blob in self._blobs:
            yield from (self._fetch(blob) if blob in new else (_line(blob, blob.received),))
        yield {"status": "verifying sha256 digest"}
        self._verify(new)

    def _fetch(self, blob: Blob) -> Iterator[Event]:
        """Receive a layer piece by piece; a small one has a single line."""
        if blob.received or blob.layer.size > self._next_piece(blob)[0]:
            yield _line(blob, blob.received)
        for _ in self._received(blob):
            if self._fault.kind != "few-lines" or not blob.complete:
                yield _line(blob, blob.received)

    def _tensors(self) -> Iterator[Event]:
        """Fetch the layers as if they were one, with a line for each read; verifies each."""
        total = sum(blob.layer.size for blob in self._blobs)
        new = [blob for blob in self._blobs if not blob.verified]
        for blob in new:
            before = self._done
            for done in self._received(blob):
                # A layer that starts again has one line, with fewer bytes.
                for completed in chain(range(before + READ, done, READ), (done,)):
                    yield _progress("model", "sha256:model", total, completed)
                before = done
        self._verify(new)

    def _received(self, blob: Blob) -> Iterator[int]:
        """Receive a layer; yields the bytes of the whole model after each piece and each fault."""
        yield from self._apply_fault(blob)
        while not blob.complete:
            length, seconds = self._next_piece(blob)
            self._request.peer.pause(seconds)
            _receive(blob, min(length, self._fault.bytes_left(self._done)))
            yield self._done
            yield from self._apply_fault(blob)

    def _apply_fault(self, blob: Blob) -> Iterator[int]:
        """Apply the fault if it is due; after some faults the pull goes on."""
        if not self._fault.is_due(self._done):
            return
        while self._fault.kind == "repeat":
            self._request.peer.pause(TICK)
            yield self._done
        self._fault.apply(blob)
        yield self._done

    def _next_piece(self, blob: Blob) -> tuple[int, float]:
        """Return the bytes of the next piece and its seconds; rate 0 takes no time."""
        if self._fault.trickles:
            return TRICKLE, TICK
        rate = self._request.machine.bytes_per_second
        piece = max(blob.layer.size // _PIECES_PER_LAYER, _SMALLEST_PIECE)
        if blob.layer.is_tensor:
            piece = _TENSOR_PIECE
        if rate <= 0:
            return piece, 0.0
        length = max(1, min(int(rate * TICK), piece))
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
        raise disk_full(blob, str(error.strerror).lower()) from error


def _find_model(name: str) -> Model:
    """Return a model of the catalogue; raises the refusal of an unknown one."""
    model = registry.find(name)
    if model is None:
        raise RefusalError(FAILED, "pull model manifest: file does not exist")
    return model


def _manifest_path(name: str) -> str:
    """Return the path of a manifest in the registry."""
    parsed = model_names.parse(name)
    return f"{parsed.namespace}/{parsed.model}/manifests/{parsed.tag}" if parsed else name


def _line(blob: Blob, completed: int) -> Event:
    """Return the progress line of a layer."""
    digest = blob.layer.digest
    short = digest.removeprefix("sha256:")[:12]
    return _progress(short, digest, blob.layer.size, completed)


def _progress(name: str, digest: str, total: int, completed: int) -> Event:
    """Return a progress line; `completed` is left out if it is 0, as in Go."""
    line: dict[str, object] = {"status": f"pulling {name}", "digest": digest, "total": total}
    return line | {"completed": completed} if completed else line
