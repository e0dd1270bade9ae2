r"""Newline-delimited JSON: chunks of bytes as they arrive, values as soon as they are complete.

Lines end in `\n` and in nothing else (strings may contain a raw U+0085 or U+2028), may be megabytes
long and may be cut anywhere, also inside a character; the last may lack its newline.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ollama_cli.errors import ProtocolError, StreamCutError
from ollama_cli.wire import decoding

LONGEST_LINE: Final = 256 << 20


class Decoder:
    """Decodes chunks into values; takes time linear in the bytes, whatever the length of a line."""

    def __init__(self, longest: int | None = None) -> None:
        self._longest = longest or LONGEST_LINE
        self._pending: list[bytes] = []
        self._size = 0
        self._decoded = 0

    def feed(self, chunk: bytes) -> list[object]:
        """Decode the lines that this chunk completes; ProtocolError for a line that is no JSON."""
        return list(self.values(chunk))

    def values(self, chunk: bytes) -> Iterator[object]:
        """Decode as `feed` does, one by one: the values before a broken line are not lost."""
        end = chunk.rfind(b"\n")
        if end < 0:
            self._pending.append(chunk)
            self._size += len(chunk)
            if self._size > self._longest:
                raise ProtocolError(f"the server sent a line of more than {self._longest} bytes")
            return iter(())
        block = b"".join((*self._pending, chunk[:end]))
        self._pending = [chunk[end + 1 :]]
        self._size = len(chunk) - end - 1
        self._decoded += len(block)
        return decoding.lines(block, much=self._decoded > decoding.MUCH)

    def close(self) -> list[object]:
        """Decode what is left; StreamCutError if the last line is incomplete."""
        line = b"".join(self._pending).decode("utf-8", "replace")
        self._pending = []
        if not line or line.isspace():
            return []
        try:
            return [decoding.value(line)]
        except ProtocolError as error:
            if line.lstrip()[:1] not in "{[":
                raise
            raise StreamCutError("the stream was cut in the middle of a line") from error


def decode(chunks: Iterable[bytes]) -> Iterator[object]:
    """Decode a whole stream; raises ProtocolError and StreamCutError as the Decoder does."""
    decoder = Decoder()
    for chunk in chunks:
        yield from decoder.values(chunk)
    yield from decoder.close()
