"""Chunked bodies, decoded in bulk: all chunks that one read of the socket brought, at once.

http.client returns one chunk for each call, and Ollama sends one chunk for each token. Decoding
many of them at once is several times as fast, and no token waits: each read is returned at once.
"""

import http.client
import io
import math
import socket
import time
from operator import eq
from typing import Any, Final

from ollama_cli.transport.deadline import is_limited

_LONGEST_LINE: Final = 65536
_INFORMATIONAL: Final = frozenset({*range(100, 200)} - {101})  # 101 changes the protocol
_MOST_INFORMATIONAL: Final = 100
_KEPT_DIGITS: Final = 3
_HEX: Final = b"0123456789abcdefABCDEF"
_MOST_DIGITS: Final = 16


class _Sizes(dict[bytes, int]):
    """The sizes of chunks that are not empty, by their text on the wire; -1 for any other text."""

    def __missing__(self, line: bytes) -> int:
        size = int(line, 16) if _is_size(line) else 0
        if size and len(line) <= _KEPT_DIGITS:  # a stream has few different sizes
            self[line] = size
        return size or -1


class ChunkedBody:
    """Decodes chunks (RFC 9112 §7.1) from bytes that may be cut anywhere."""

    def __init__(self) -> None:
        self.finished = False
        self._sizes = _Sizes()
        self._tail = b""
        self._left = 0
        self._after_data = False
        self._in_trailer = False
        self._trailers = 0

    def feed(self, data: bytes) -> bytes:
        """Return the bytes of the body that `data` completes; ValueError for bad framing."""
        if self._tail:
            data = self._tail + data
        parts: list[bytes] = []
        position, end = 0, len(data)
        in_bulk = True
        while position < end and not self.finished:
            if self._left:
                taken = data[position : position + self._left]
                parts.append(taken)
                position += len(taken)
                self._left -= len(taken)
                self._after_data = not self._left
                continue
            if in_bulk and not self._after_data and not self._in_trailer:
                in_bulk = False  # once per feed: the rest is read one by one
                position = self._take_whole(data, position, parts)
                continue
            newline = data.find(b"\n", position)
            if newline < 0:
                if end - position > _LONGEST_LINE:
                    raise ValueError("a line of the framing is too long")
                break
            self._read_line(data[position:newline].removesuffix(b"\r"))
            position = newline + 1
        self._tail = data[position:]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _take_whole(self, data: bytes, position: int, parts: list[bytes]) -> int:
        """Take the chunks that are plain and complete, as nearly all are; return their end."""
        pieces = data[position:].split(b"\r\n")
        count = (len(pieces) - 1) // 2  # size, data, size, data, and an incomplete rest
        lines, bodies = pieces[: 2 * count : 2], pieces[1 : 2 * count : 2]
        sizes, lengths = list(map(self._sizes.__getitem__, lines)), list(map(len, bodies))
        if sizes != lengths:  # the last chunk, an extension, or a line break within the data
            count = list(map(eq, sizes, lengths)).index(False)
        parts += bodies[:count]
        return position + sum(map(len, pieces[: 2 * count])) + 4 * count

    def _read_line(self, line: bytes) -> None:
        if self._after_data:
            if line:
                raise ValueError("a chunk is longer than it says")
            self._after_data = False
        elif self._in_trailer:
            self.finished = not line
            self._trailers += len(line) + 1
            if self._trailers > _LONGEST_LINE:
                raise ValueError("the trailers are too long for framing")
        else:
            size = line.partition(b";")[0].strip(b" \t")
            if not _is_size(size):
                raise ValueError("a chunk without a size")
            self._left = int(size, 16)
            self._in_trailer = not self._left


def _is_size(line: bytes) -> bool:
    return 0 < len(line) <= _MOST_DIGITS and not line.strip(_HEX)


class _Bounded(io.RawIOBase):
    """The bytes of a socket, all of which have come by `end`, a time of `time.monotonic`."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket) -> None:
        self._raw = raw
        self._connection = connection
        self.end = math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.end < math.inf:
            left = self.end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(left)
        return self._raw.readinto(buffer)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


class BulkResponse(http.client.HTTPResponse):
    """A response whose `read1` decodes chunks in bulk; nearly all else is http.client's.

    The timeout of the socket bounds the whole head, interim answers included, and a read that gets
    framing only, unless the time for all of it is limited. `deadline` ends such a read, too; it is
    a time of `time.monotonic`.
    """

    deadline: float = math.inf
    _body: ChunkedBody | None = None

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._connection = sock

    def _patience(self) -> float:
        return math.inf if is_limited() else self._connection.gettimeout() or math.inf

    def begin(self) -> None:
        """Read the head, within the timeout of the socket in all."""
        seconds = self._patience()
        if seconds == math.inf or self.fp is None:
            super().begin()
            return
        bounded = _Bounded(self.fp.detach(), self._connection)
        self.fp = io.BufferedReader(bounded)
        bounded.end = time.monotonic() + seconds
        super().begin()
        bounded.end = math.inf
        self._connection.settimeout(seconds)

    def _read_status(self) -> tuple[str, int, str]:
        """Read the status line of the answer itself, past a few informational ones (1xx).

        http.client passes over any number of 100, and takes a 103 for the answer.
        """
        for _ in range(_MOST_INFORMATIONAL):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # http.client's
            if status not in _INFORMATIONAL:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException("only informational answers came")

    def read1(self, n: int = -1) -> bytes:
        """Return what one read of the socket brings, at most `n` bytes of it; b"" at the end."""
        is_head = self._method == "HEAD"  # type: ignore[attr-defined]  # http.client's own
        if not self.chunked or self.fp is None or is_head:
            return super().read1(n)
        body = self._body = self._body or ChunkedBody()
        end = None
        while not body.finished:
            data = self.fp.read1(n if n > 0 else _LONGEST_LINE)
            if not data:
                raise http.client.IncompleteRead(b"")
            try:
                out = body.feed(data)
            except ValueError as error:
                self._close_conn()  # type: ignore[attr-defined]  # http.client's own
                raise http.client.IncompleteRead(b"") from error
            if out:
                return out
            now = time.monotonic()
            if end is None:
                end = min(self.deadline, now + self._patience())
            if now > end:
                raise TimeoutError
        self._close_conn()  # type: ignore[attr-defined]  # http.client's own
        return b""
