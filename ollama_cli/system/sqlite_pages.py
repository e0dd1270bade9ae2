"""The rows of a damaged SQLite file, found page by page: what leads to a page may be lost.

The format of the file is that of https://sqlite.org/fileformat2.html.
"""

import os
import struct
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self, TypeAlias

from ollama_cli.system.sqlite_sources import MAGIC

Value: TypeAlias = int | float | str | bytes | None

USUAL_PAGE: Final = 4096
_SIZE: Final = slice(16, 18)
_LARGEST_PAGE: Final = 1 << 16
_SMALLEST_PAGE: Final = 512
_TABLE_LEAF: Final = 0x0D
_INDEX_LEAF: Final = 0x0A
_INDEX: Final = 0x02
# Kind of page: where its list of cells begins, and where in a cell its content.
_LISTS: Final = {_TABLE_LEAF: 8, _INDEX_LEAF: 8, _INDEX: 12}
_LONGEST_VARINT: Final = 9
_WHOLE: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_FLOAT: Final = 7
_ZERO: Final = 8
_ONE: Final = 9
_BLOB: Final = 12
_LOG_MAGIC: Final = frozenset({0x377F0682, 0x377F0683})
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24


class Place(NamedTuple):
    """Where a row stands: its page, and its position among the cells of that page."""

    page: int
    cell: int


class Row(NamedTuple):
    """A row: its number, None in a table that has none; its values, in the order of the file."""

    place: Place
    number: int | None
    values: tuple[Value, ...]


class Pages:
    """The pages of a file, with what its write-ahead log says of them; a context manager."""

    def __init__(self, path: Path) -> None:
        self._file: Final[BinaryIO] = path.open("rb")
        self._log: BinaryIO | None = None
        self._frames: dict[int, int] = {}
        head = self._file.read(_SIZE.stop)
        self.size: Final = _page_size(head)
        self.count = os.fstat(self._file.fileno()).st_size // self.size
        log = path.with_name(f"{path.name}-wal")
        if log.exists():
            self._log = log.open("rb")
            self._read_log(self._log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._log:
            self._log.close()

    def rows(self) -> Iterator[Row]:
        """Yield the rows that can be read, page by page; tables are not told apart."""
        for number in range(1, self.count + 1):
            page = self._page(number)
            for cell, _ in enumerate(_cells(page)):
                if row := self._row(page, Place(number, cell)):
                    yield row

    def row(self, place: Place) -> Row:
        """Return the row of a place that `rows` has found."""
        row = self._row(self._page(place.page), place)
        if row is None:
            raise ValueError(place)
        return row

    def _page(self, number: int) -> bytes:
        """Return a page; none of its bytes if the disk does not give them."""
        frame = self._frames.get(number)
        try:
            if frame is not None and self._log:
                self._log.seek(frame)
                return self._log.read(self.size)
            self._file.seek((number - 1) * self.size)
            return self._file.read(self.size)
        except OSError:
            return b""

    def _read_log(self, log: BinaryIO) -> None:
        """Find the last state of each page in the log, as far as it was committed."""
        header = log.read(_LOG_HEADER)
        if len(header) < _LOG_HEADER:
            return
        magic, _, size, _, *salts = struct.unpack(">6I", header[:24])
        if magic not in _LOG_MAGIC or size != self.size:
            return
        pending: dict[int, int] = {}
        place = _LOG_HEADER
        while len(head := log.read(_FRAME_HEADER)) == _FRAME_HEADER:
            number, pages, *own = struct.unpack(">4I", head[:16])
            if own != salts or len(log.read(size)) < size:
                return
            pending[number] = place + _FRAME_HEADER
            place += _FRAME_HEADER + size
            if pages:
                self._frames |= pending
                self.count = pages
                pending = {}

    def _row(self, page: bytes, place: Place) -> Row | None:
        try:
            number, payload = self._payload(page, _cells(page)[place.cell])
            return Row(place, number, _values(payload))
        except (IndexError, ValueError, struct.error):
            return None

    def _payload(self, page: bytes, at: int) -> tuple[int | None, bytes]:
        """Return number and content of a cell; ValueError if it runs out of its page."""
        kind, number = page[0], None
        size, at = _varint(page, at + (4 if kind == _INDEX else 0))
        if kind == _TABLE_LEAF:
            number, at = _varint(page, at)
        if size > self.count * self.size:
            raise ValueError(size)
        local = self._local(size, is_table=kind == _TABLE_LEAF)
        parts = [page[at : at + local]]
        if local < size:
            parts += self._overflow(int.from_bytes(page[at + local : at + local + 4]), size - local)
        payload = b"".join(parts)
        if len(payload) != size:
            raise ValueError(size)
        return number, payload

    def _local(self, size: int, *, is_table: bool) -> int:
        """Return how many bytes of a content of that size stand in the cell itself."""
        most = self.size - 35 if is_table else (self.size - 12) * 64 // 255 - 23
        if size <= most:
            return size
        least = (self.size - 12) * 32 // 255 - 23
        local = least + (size - least) % (self.size - 4)
        return local if local <= most else least

    def _overflow(self, number: int, left: int) -> Iterator[bytes]:
        while left:
            if not 1 < number <= self.count:
                raise ValueError(number)
            page = self._page(number)
            number, piece = int.from_bytes(page[:4]), page[4 : 4 + left]
            left -= len(piece)
            yield piece


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[_SIZE]) if head.startswith(MAGIC) else USUAL_PAGE
    size = _LARGEST_PAGE if size == 1 else size
    is_valid = _SMALLEST_PAGE <= size <= _LARGEST_PAGE and not size & (size - 1)
    return size if is_valid else USUAL_PAGE


def _cells(page: bytes) -> tuple[int, ...]:
    """Return where the cells of a page begin; none for a page that lists none."""
    start = _LISTS.get(page[0]) if page else None
    if start is None:
        return ()
    count = int.from_bytes(page[3:5])
    if start + 2 * count > len(page):
        return ()
    return struct.unpack_from(f">{count}H", page, start)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of up to nine bytes; return it and where it ends. IndexError at the end."""
    value = 0
    for place in range(at, at + _LONGEST_VARINT - 1):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004  the last byte has no mark
            return value, place + 1
    value = value << 8 | data[at + _LONGEST_VARINT - 1]
    return value - (value >> 63 << 64), at + _LONGEST_VARINT


def _values(payload: bytes) -> tuple[Value, ...]:
    """Read a record; ValueError if it is none."""
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    sizes = [_size(kind) for kind in kinds]
    places = list(accumulate(sizes, initial=end))
    if at != end or places[-1] != len(payload):
        raise ValueError(end)
    return tuple(
        _value(kind, payload[start : start + size])
        for kind, start, size in zip(kinds, places, sizes, strict=False)
    )


def _size(kind: int) -> int:
    if kind >= _BLOB:
        return (kind - _BLOB) // 2
    if kind in _WHOLE:
        return _WHOLE[kind]
    if kind in {0, _ZERO, _ONE}:
        return 0
    if kind == _FLOAT:
        return 8
    raise ValueError(kind)


def _value(kind: int, data: bytes) -> Value:
    if kind >= _BLOB:
        return data.decode("utf-8", "replace") if kind % 2 else data
    if kind in _WHOLE:
        return int.from_bytes(data, signed=True)
    if kind == _FLOAT:
        number: float = struct.unpack(">d", data)[0]
        return number
    return {_ZERO: 0, _ONE: 1}.get(kind)
