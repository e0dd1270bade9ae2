"""The layers of a model, and the copies of them that pulls make (blobs).

The bytes of a layer are made by the demo: a text and, in a large layer, blocks after it that are
computed when they are read. Nothing is downloaded and every digest is correct.
"""

import hashlib
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ollama_cli.demo.peer import GoneError

BLOCK: Final = 1 << 16
PIECE: Final = 1 << 20
TENSOR: Final = "application/vnd.ollama.image.tensor"
"""The media type of a layer that holds one tensor."""

_NUMBER_BYTES: Final = 8
_IN_MEMORY: Final = 1 << 16


@dataclass(frozen=True)
class Layer:
    """One layer as the registry describes it."""

    media_type: str
    text: bytes
    filled_to: int = 0

    @property
    def size(self) -> int:
        """Return the size in bytes."""
        return max(len(self.text), self.filled_to)

    @cached_property
    def digest(self) -> str:
        """Return the digest of the bytes, computed once."""
        whole = hashlib.sha256()
        for start in range(0, self.size, PIECE):
            whole.update(self.read(start, PIECE))
        return f"sha256:{whole.hexdigest()}"

    @property
    def is_tensor(self) -> bool:
        """Return whether the layer holds one tensor of a model without a large file."""
        return self.media_type == TENSOR

    @property
    def descriptor(self) -> dict[str, object]:
        """Return the entry of the layer in a manifest."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}

    def read(self, start: int, length: int) -> bytes:
        """Return at most `length` bytes from `start`, fewer at the end."""
        end = min(start + length, self.size)
        first, last = start // BLOCK, (end - 1) // BLOCK
        blocks = b"".join(self._block(number) for number in range(first, last + 1))
        return blocks[start - first * BLOCK : end - first * BLOCK]

    def _block(self, number: int) -> bytes:
        """Return one block: its number and filler bytes, or the text at the start of the layer."""
        block = number.to_bytes(_NUMBER_BYTES, "big") + self._filler
        text = self.text[number * BLOCK : (number + 1) * BLOCK]
        return text + block[len(text) :]

    @cached_property
    def _filler(self) -> bytes:
        return hashlib.shake_128(self.text).digest(BLOCK - _NUMBER_BYTES)


class Span:
    """The bytes of a layer from `start` to `stop`, which are computed when they are read."""

    def __init__(self, layer: Layer, start: int, stop: int) -> None:
        self._layer = layer
        self._range = range(start, stop)

    def __len__(self) -> int:
        return len(self._range)

    def __getitem__(self, place: slice, /) -> bytes:
        wanted = self._range[place]
        return self._layer.read(wanted.start, len(wanted)) if wanted else b""


class Blob:
    """The server's copy of a layer, maybe partial, in a temporary file without a name.

    Pulls of the same blob share one file. The file is deleted when the process ends.
    """

    def __init__(self, layer: Layer, *, built_in: bool = False) -> None:
        self.layer = layer
        self.received = 0
        self.verified = built_in
        self._lock = threading.Lock()
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed by close(), with the server
        if built_in:
            self.received = self._file.write(layer.read(0, layer.size))

    @property
    def complete(self) -> bool:
        """Return whether all bytes are received."""
        return self.received == self.layer.size

    def receive(self, length: int) -> int:
        """Receive the next bytes of the layer; return the total received."""
        with self._lock:
            self._check_open()
            piece = self.layer.read(self.received, length)
            self._file.seek(self.received)
            self._file.write(piece)
            self.received += len(piece)
            return self.received

    def restart(self) -> None:
        """Drop the received bytes, as a server does after a connection reset."""
        with self._lock:
            self.received = 0

    def hash(self) -> str:
        """Return the digest of the received file."""
        whole = hashlib.sha256()
        for piece in self._pieces():
            whole.update(piece)
        return f"sha256:{whole.hexdigest()}"

    def close(self) -> None:
        """Close the file; work that still uses the blob ends with GoneError."""
        with self._lock:
            self._file.close()

    def _pieces(self) -> Iterator[bytes]:
        for start in range(0, self.received, PIECE):
            with self._lock:
                self._check_open()
                self._file.seek(start)
                piece = self._file.read(PIECE)
            yield piece

    def _check_open(self) -> None:
        if self._file.closed:
            raise GoneError
