"""Layers: the named pieces of bytes that a model is made of, and the copies that pulls make.

The bytes of a layer are the demo's own: a text, and behind it, where the layer is large, blocks
that are made when they are read. Nothing is downloaded and every digest is true.
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
"""The media type of a tensor that has a layer of its own."""

_NUMBER: Final = 8
_IN_MEMORY: Final = 1 << 16


@dataclass(frozen=True)
class Layer:
    """One layer as the registry describes it."""

    media_type: str
    text: bytes
    filled_to: int = 0

    @property
    def size(self) -> int:
        """Count the bytes."""
        return max(len(self.text), self.filled_to)

    @cached_property
    def digest(self) -> str:
        """Hash the bytes, once."""
        whole = hashlib.sha256()
        for start in range(0, self.size, PIECE):
            whole.update(self.read(start, PIECE))
        return f"sha256:{whole.hexdigest()}"

    @property
    def is_tensor(self) -> bool:
        """Tell whether it is one of the many layers of a model without one large file."""
        return self.media_type == TENSOR

    @property
    def described(self) -> dict[str, object]:
        """Describe the layer as a manifest does."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}

    def read(self, start: int, length: int) -> bytes:
        """Give the bytes from `start` on, at most `length`, fewer at the end."""
        end = min(start + length, self.size)
        first, last = start // BLOCK, (end - 1) // BLOCK
        blocks = b"".join(self._block(number) for number in range(first, last + 1))
        return blocks[start - first * BLOCK : end - first * BLOCK]

    def _block(self, number: int) -> bytes:
        """Make one block: its number and the filling, or the text where the layer begins."""
        block = number.to_bytes(_NUMBER, "big") + self._filling
        text = self.text[number * BLOCK : (number + 1) * BLOCK]
        return text + block[len(text) :]

    @cached_property
    def _filling(self) -> bytes:
        return hashlib.shake_128(self.text).digest(BLOCK - _NUMBER)


class Blob:
    """The server's own copy of a layer: perhaps partial, in a file without a name.

    Pulls that want the same blob fill one file together. The file vanishes with the process.
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
        """Tell whether every byte is there."""
        return self.received == self.layer.size

    def receive(self, length: int) -> int:
        """Fetch the next bytes of the layer; give the number of bytes that are there now."""
        with self._lock:
            self._check()
            piece = self.layer.read(self.received, length)
            self._file.seek(self.received)
            self._file.write(piece)
            self.received += len(piece)
            return self.received

    def restart(self) -> None:
        """Throw away what is there, as a server does whose connection was reset."""
        with self._lock:
            self.received = 0

    def hash(self) -> str:
        """Read the file back and hash it."""
        whole = hashlib.sha256()
        for piece in self._pieces():
            whole.update(piece)
        return f"sha256:{whole.hexdigest()}"

    def close(self) -> None:
        """Give the file back to the system; work that still uses the blob ends."""
        with self._lock:
            self._file.close()

    def _pieces(self) -> Iterator[bytes]:
        for start in range(0, self.received, PIECE):
            with self._lock:
                self._check()
                self._file.seek(start)
                piece = self._file.read(PIECE)
            yield piece

    def _check(self) -> None:
        if self._file.closed:
            raise GoneError
