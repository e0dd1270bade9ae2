"""Read the body of a request from its connection, with a limit on its size."""

import re
from email.message import Message
from io import BufferedIOBase
from typing import Final

from ollama_cli.demo.documents import RefusalError
from ollama_cli.demo.limits import Share
from ollama_cli.demo.peer import GoneError

LARGEST: Final = 64 * 1024 * 1024
"""The most bytes of one body."""

TOO_LARGE: Final = 413
BUSY: Final = 503

_LONGEST_LINE: Final = 65_536
_MOST_TRAILERS: Final = 100
_LENGTH: Final = re.compile(r"[0-9]+")
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]+")


class FramingError(Exception):
    """The head is malformed, does not say where its body ends, or says it in two ways."""


def check_head(headers: Message, version: str) -> None:
    """Refuse a head that two readers may understand in two ways; raises FramingError."""
    hosts = len(headers.get_all("Host", ()))
    if headers.defects or hosts > 1 or (not hosts and version == "HTTP/1.1"):
        raise FramingError
    codings = headers.get_all("Transfer-Encoding")
    if codings is None:
        return
    is_chunked = [coding.strip().lower() for coding in codings] == ["chunked"]
    if not is_chunked or "Content-Length" in headers or version != "HTTP/1.1":
        raise FramingError


def has_body(headers: Message) -> bool:
    """Return whether a body follows the head."""
    return "Transfer-Encoding" in headers or "Content-Length" in headers


def body(headers: Message, source: BufferedIOBase, share: Share) -> bytes:
    """Read one body; refuses one that is too large for itself, or for all, before it is read."""
    if "Transfer-Encoding" in headers:
        return _chunked_body(source, share)
    lengths = {length.strip() for length in headers.get_all("Content-Length", ("0",))}
    length = lengths.pop()
    if lengths or not _LENGTH.fullmatch(length):
        raise FramingError
    return _block(source, _size(length.lstrip("0"), 10), share)


def _block(source: BufferedIOBase, size: int, share: Share) -> bytes:
    if not share.take(size):
        raise RefusalError(BUSY, "server busy: the requests that it holds are too large")
    block = source.read(size)
    if len(block) < size:
        raise GoneError
    return block


def _chunked_body(source: BufferedIOBase, share: Share) -> bytes:
    buffer = bytearray()  # one buffer: a list of tiny chunks would take fifty times as much
    while size := _chunk_size(_line(source)):
        if len(buffer) + size > LARGEST:
            raise _too_large()
        buffer += _block(source, size, share)
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
