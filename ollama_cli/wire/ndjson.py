r"""Newline-delimited JSON: chunks of bytes as they come, values as soon as they are whole.

Lines end in `\n` and in nothing else (U+0085 and U+2028 may stand raw inside strings), may be
megabytes long and may be cut anywhere, also inside a character; the last may lack its newline.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from ollama_cli.errors import ProtocolError, StreamCutError

_SHOWN: Final = 80
LONGEST_LINE: Final = 256 << 20


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


_raw_decode = json.JSONDecoder(parse_constant=_no_number).raw_decode


class Decoder:
    """Turns chunks into values; linear in the bytes fed, whatever the length of a line."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[object]:
        """Decode the lines that this chunk completes; ProtocolError for a line that is no JSON."""
        return list(self.values(chunk))

    def values(self, chunk: bytes) -> Iterator[object]:
        """Decode as `feed` does, one by one: what stands before a broken line is not lost."""
        end = chunk.rfind(b"\n")
        if end < 0:
            self._pending.append(chunk)
            self._size += len(chunk)
            if self._size > LONGEST_LINE:
                raise ProtocolError(f"the server sent a line of more than {LONGEST_LINE} bytes")
            return
        block = b"".join((*self._pending, chunk[:end]))
        self._pending = [chunk[end + 1 :]]
        self._size = len(chunk) - end - 1
        # Decoded at once: no character holds the byte of a newline.
        for line in block.decode("utf-8", "replace").split("\n"):
            if line and not line.isspace():
                yield _value(line)

    def close(self) -> list[object]:
        """Decode what is left; StreamCutError if the last line is only the start of one."""
        line = b"".join(self._pending).decode("utf-8", "replace")
        self._pending = []
        if not line or line.isspace():
            return []
        try:
            return [_value(line)]
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


def document(body: bytes) -> object:
    """Decode one JSON document; ProtocolError if it is none."""
    return _value(body.decode("utf-8", "replace"))


def _value(line: str) -> object:
    text = line.strip()
    try:
        value, end = _raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            f"the server sent something that is no JSON: {_excerpt(text)}"
        ) from error
    if end != len(text):
        raise ProtocolError(f"the server sent two values on one line: {_excerpt(text)}")
    return value


def _excerpt(text: str) -> str:
    shown = " ".join(text[: 2 * _SHOWN].split())
    return repr(shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…")
