"""The bytes of an answer: kept while they come, and read again later as if they came."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, Self

# What is larger is not kept: it would fill the memory.
_MOST: Final = 64 << 20
_PIECE: Final = 65536


class Decoder(Protocol):
    """Decodes the bytes of one stream into values, in any framing."""

    def values(self, chunk: bytes) -> Iterable[object]:
        """Decode the values that this chunk completes; ProtocolError for one that is not valid."""
        ...

    def close(self) -> Iterable[object]:
        """Decode what is left; StreamCutError if it is only the start of a value."""
        ...


class KeepingDecoder:
    """Decodes as another one does, and keeps the bytes."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._chunks: list[bytes] = []
        self._size = 0

    @property
    def kept(self) -> bytes | None:
        """Return the bytes so far; None if there were too many."""
        return b"".join(self._chunks) if self._size <= _MOST else None

    def values(self, chunk: bytes) -> Iterable[object]:
        """Decode the values that this chunk completes."""
        self._size += len(chunk)
        if self._size <= _MOST:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()
        return self._decoder.values(chunk)

    def close(self) -> Iterable[object]:
        """Decode what is left."""
        return self._decoder.close()


class KeptReply:
    """An answer whose bytes were kept: they come in pieces, as from a network."""

    def __init__(self, kept: bytes) -> None:
        self._kept = kept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        for start in range(0, len(self._kept), _PIECE):
            yield self._kept[start : start + _PIECE]

    def limit(self, seconds: float) -> None:
        """Nothing is waited for."""
