"""Read the body of a request from its connection, with a limit on its size."""

import re
from email.message import Message
from io import BufferedIOBase
from typing import Final

from ollama_cli.demo.documents import RefusalError

LARGEST: Final = 64 * 1024 * 1024
"""The most bytes of one body."""

TOO_LARGE: Final = 413

_LONGEST_LINE: Final = 65_536
_MOST_TRAILERS: Final = 100
_LENGTH: Final = re.compile(r"[0-9]*")
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]+")


class FramingError(Exception):
    """The request does not say where its body ends, or says it in two ways."""


def body(headers: Message, source: BufferedIOBase) -> bytes:
    """Read one body; refuses one that is too large before it is read."""
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return _chunked_body(source)
    lengths = {length.strip() for length in headers.get_all("Content-Length", ("",))}
    length = lengths.pop()
    if lengths or not _LENGTH.fullmatch(length):
        raise FramingError
    return source.read(_size(length.lstrip("0"), 10))


def _chunked_body(source: BufferedIOBase) -> bytes:
    buffer = bytearray()  # one buffer: a list of tiny chunks would take fifty times as much
    while size := _chunk_size(_line(source)):
        if len(buffer) + size > LARGEST:
            raise _too_large()
        buffer += source.read(size)
        if _line(source):
            raise FramingError
    for _ in range(_MOST_TRAILERS):
        if not _line(source):
            return bytes(buffer)
    raise FramingError


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not _CHUNK_SIZE.fullmatch(digits):
        raise FramingError
    return _size(digits.decode("ascii").lstrip("0"), 16)


def _size(digits: str, base: int) -> int:
    """Parse a size; one with too many digits is refused before the conversion."""
    if len(digits) > len(str(LARGEST)):
        raise _too_large()
    size = int(digits or "0", base)
    if size > LARGEST:
        raise _too_large()
    return size


def _line(source: BufferedIOBase) -> bytes:
    line = source.readline(_LONGEST_LINE + 1)
    if len(line) > _LONGEST_LINE:
        raise FramingError
    return line.strip()


def _too_large() -> RefusalError:
    return RefusalError(TOO_LARGE, f"request body too large: at most {LARGEST} bytes are read")
