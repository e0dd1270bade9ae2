"""HTTP/1 messages found in bytes that pass: where each begins and ends, and what its body holds.

Nothing is changed: the bytes of all parts, in their order, are those that came in (RFC 9112).
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

LARGEST_HEAD: Final = 65536
_LONGEST_LINE: Final = 16384
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_EMPTY: Final = b"\r\n"


class BadMessageError(ValueError):
    """Bytes that are no HTTP/1 message, or one that two programs may read in two ways."""


class Head(NamedTuple):
    """The words of the first line, and the fields by name in lower case; `raw` as it came."""

    raw: bytes
    first: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for each, value in self.fields if each == name]

    def list(self, name: str) -> list[str]:
        """Return the parts of a field whose values are lists, in lower case."""
        return [part.strip().lower() for value in self.all(name) for part in value.split(",")]


class Part(NamedTuple):
    """Bytes of a body as they came, with their framing, and what they hold of it."""

    raw: bytes
    payload: bytes


class End(NamedTuple):
    """The end of a message."""


Event = Head | Part | End


class Framing(NamedTuple):
    """How a body ends: after `length` bytes, with its last chunk, or, if neither, on closing."""

    length: int | None = None
    is_chunked: bool = False


NO_BODY: Final = Framing(0)
UNTIL_CLOSE: Final = Framing()


class Messages:
    """Reads one direction of a connection; `framing_of` tells how the body behind a head ends.

    Raises BadMessageError, after which nothing more is read.
    """

    def __init__(self, framing_of: Callable[[Head], Framing]) -> None:
        self._framing_of = framing_of
        self._head = b""
        self._body: _Chunks | _Length | None = None

    @property
    def is_until_close(self) -> bool:
        """Return whether the body under way ends where the connection is closed."""
        return isinstance(self._body, _Length) and self._body.left is None

    @property
    def held(self) -> int:
        """Return how many bytes wait for the end of their head."""
        return len(self._head)

    def feed(self, data: bytes) -> Iterator[Event]:
        """Read on; a head comes when it is whole."""
        while data or (self._body and self._body.is_over):
            if self._body is None:
                head, data = self._read_head(data)
                if head is None:
                    return
                framing = self._framing_of(head)
                self._body = _Chunks() if framing.is_chunked else _Length(framing.length)
                yield head
                continue
            if data and not self._body.is_over:
                used, payload = self._body.feed(data)
                part, data = Part(data[:used], payload), data[used:]
                yield part
            if self._body.is_over:
                self._body = None
                yield End()

    def _read_head(self, data: bytes) -> tuple[Head | None, bytes]:
        known = max(0, len(self._head) - 3)
        text = self._head + data
        begin = len(text) - len(text.lstrip(_EMPTY))  # empty lines may stand before a head
        match = _END_OF_HEAD.search(text, max(known, begin))
        if match is None:
            if len(text) > LARGEST_HEAD:
                raise BadMessageError("a head without an end")
            self._head = text
            return None, b""
        head = read_head(text[: match.end()])
        self._head = b""
        return head, text[match.end() :]


def read_head(raw: bytes) -> Head:
    """Read a head, with the empty line at its end; BadMessageError for one that is not exact."""
    if len(raw) > LARGEST_HEAD:
        raise BadMessageError("a head that is too long")
    first, *lines = raw.strip(_EMPTY).split(b"\n")
    fields = []
    for line in lines:
        name, colon, value = line.removesuffix(b"\r").partition(b":")
        if not colon or not _TOKEN.fullmatch(name) or b"\r" in value or b"\0" in value:
            raise BadMessageError("a field that cannot be read")
        fields.append((name.decode("ascii").lower(), value.decode("latin-1").strip(" \t")))
    words = first.removesuffix(b"\r").decode("latin-1").split(" ", 2)
    return Head(raw, tuple(words), tuple(fields))


def request_framing(head: Head) -> Framing:
    """Tell how the body of a request ends; BadMessageError for one that can be read in two ways."""
    lengths, codings = set(head.all("content-length")), head.list("transfer-encoding")
    if codings:
        if lengths or codings != ["chunked"]:
            raise BadMessageError("a body of two lengths")
        return Framing(is_chunked=True)
    if not lengths:
        return NO_BODY
    if len(lengths) > 1 or not _NUMBER.fullmatch(length := lengths.pop()):
        raise BadMessageError("a length that cannot be read")
    return Framing(int(length))


def answer_framing(head: Head, method: str) -> Framing:
    """Tell how the body of an answer to such a request ends; BadMessageError for no answer."""
    status = status_of(head)
    if method == "HEAD" or status in {204, 304} or 100 <= status < 200:  # noqa: PLR2004  as RFC 9112 has it
        return NO_BODY
    codings, lengths = head.list("transfer-encoding"), head.all("content-length")
    if codings:
        return Framing(is_chunked=True) if codings[-1] == "chunked" else UNTIL_CLOSE
    if not lengths:
        return UNTIL_CLOSE
    if len(set(lengths)) > 1 or not _NUMBER.fullmatch(lengths[0]):
        raise BadMessageError("a length that cannot be read")
    return Framing(int(lengths[0]))


def status_of(head: Head) -> int:
    """Return the status of an answer; BadMessageError for what is none."""
    version, *rest = head.first
    if not version.startswith("HTTP/1.") or not rest or not re.fullmatch("[1-9][0-9]{2}", rest[0]):
        raise BadMessageError("no answer of HTTP/1")
    return int(rest[0])


class _Length:
    """A body of so many bytes; None until the connection is closed."""

    def __init__(self, left: int | None) -> None:
        self.left = left

    @property
    def is_over(self) -> bool:
        return self.left == 0

    def feed(self, data: bytes) -> tuple[int, bytes]:
        """Read on; return how many bytes belong to the body, and what they hold."""
        if self.left is None:
            return len(data), data
        piece = data[: self.left]
        self.left -= len(piece)
        return len(piece), piece


class _Chunks:
    """A chunked body: sizes, chunks, and trailers behind the last one."""

    def __init__(self) -> None:
        self.is_over = False
        self._line = b""
        self._left = 0
        self._is_in_trailers = False
        self._ends_chunk = False  # the next line is the empty one behind a chunk

    def feed(self, data: bytes) -> tuple[int, bytes]:
        """Read on; return how many bytes belong to the body, and what they hold."""
        place, found = 0, []
        while place < len(data) and not self.is_over:
            if self._left:
                piece = data[place : place + self._left]
                found.append(piece)
                self._left -= len(piece)
                self._ends_chunk = not self._left
                place += len(piece)
                continue
            end = data.find(b"\n", place) + 1
            self._line += data[place : end or len(data)]
            place = end or len(data)
            if len(self._line) > _LONGEST_LINE:
                raise BadMessageError("a chunk without a size")
            if end:
                line, self._line = self._line.removesuffix(b"\n").removesuffix(b"\r"), b""
                self._read_line(line)
        return place, b"".join(found)

    def _read_line(self, line: bytes) -> None:
        if self._is_in_trailers:
            self.is_over = not line
        elif self._ends_chunk:
            if line:
                raise BadMessageError("a chunk that is longer than its size")
            self._ends_chunk = False
        else:
            match = _SIZE.fullmatch(line)
            if match is None:
                raise BadMessageError("a chunk without a size")
            self._left = int(match[1], 16)
            self._is_in_trailers = self._left == 0
