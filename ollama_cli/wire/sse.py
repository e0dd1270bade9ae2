r"""Server-sent events that carry JSON: chunks of bytes as they arrive, values once complete.

Lines end in `\n`, `\r\n` or `\r`; an event ends in a blank line, and may be cut anywhere. Fields
other than `data` are ignored, except `event: error`: its data is an error in any shape. `[DONE]`
becomes END, and everything after it is ignored. JSON outside of events is a value, too: one whole
Document in the place of a stream, on one line or on many, or an error.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ollama_cli.errors import ProtocolError, StreamCutError
from ollama_cli.types.secrets import start_of
from ollama_cli.wire import decoding
from ollama_cli.wire.ndjson import LONGEST_LINE

END: Final = object()
_DONE: Final = b"[DONE]"
_BOM: Final = b"\xef\xbb\xbf"
_NEXT: Final = b"\n\ndata: "
_DATA: Final = b"data"
_EVENT: Final = b"event"
_IGNORED: Final = (b"id", b"retry")
_SHOWN: Final = 80


class Document(dict[str, object]):
    """A JSON object that stands in no event: it is whole, as no more of it can come."""


class Decoder:
    """Decodes chunks into values; takes time linear in the bytes, however long an event is."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._data: list[bytes] = []
        self._event = b""
        self._document: list[bytes] = []
        self._size = self._held = 0
        self._decoded = 0
        self._after_return = False
        self._has_begun = False
        self._is_over = False

    def values(self, chunk: bytes) -> Iterator[object]:
        """Decode the events that this chunk completes; ProtocolError for one that is not valid."""
        if self._after_return and chunk:  # a line end may be cut between its two bytes
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        self._after_return = self._after_return or chunk.endswith(b"\r")
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            self._pending.append(chunk)
            self._size = _check_size(self._size + len(chunk))
            return iter(())
        block = b"".join((*self._pending, chunk[:end]))
        self._pending = [chunk[end:]]
        self._size = len(chunk) - end
        return self._decode(block)

    def close(self) -> list[object]:
        """Decode what is left; StreamCutError if the last event is incomplete."""
        line = b"".join(self._pending)
        self._pending = []
        try:
            last = list(self._decode(line + b"\n\n"))
        except ProtocolError as error:
            name = line.removeprefix(_BOM).partition(b":")[0]
            if not any(known.startswith(name) for known in (_DATA, _EVENT, *_IGNORED)):
                raise
            raise StreamCutError("the stream was cut in the middle of an event") from error
        return [*last, *self._whole_document()]

    def _decode(self, block: bytes) -> Iterator[object]:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not self._has_begun:
            self._has_begun = True
            block = block.removeprefix(_BOM)
        self._decoded += len(block)
        if self._is_over:
            return iter(())
        if self._data or self._event or self._document or _DONE in block or not _is_plain(block):
            return self._by_line(block)
        # Nearly all events are one line of data each, so that their payloads are decoded as lines.
        payloads = block[6:-2].replace(_NEXT, b"\n")
        return decoding.lines(payloads, much=self._decoded > decoding.MUCH)

    def _by_line(self, block: bytes) -> Iterator[object]:
        for line in block.split(b"\n")[:-1]:
            if self._is_over:
                return
            if not line:
                yield from self._dispatch()
                continue
            name, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if name == _DATA:
                self._data.append(value)
                self._held = _check_size(self._held + len(value) + 1)
            elif name == _EVENT:
                self._event = value
            elif self._document:
                self._document.append(line)
                self._held = _check_size(self._held + len(line) + 1)
            elif name and name not in _IGNORED:
                yield from self._outside(line)

    def _outside(self, line: bytes) -> Iterator[object]:
        """Read JSON that stands in no event; ProtocolError for any other line."""
        text = line.decode("utf-8", "replace")
        if not text.lstrip().startswith(("{", "[")):
            shown = " ".join(start_of(text, _SHOWN).split())
            raise ProtocolError(f"the server sent something that is no event: {shown!r}")
        try:
            yield _document(decoding.value(text))
        except ProtocolError:
            self._document = [line]  # the first one of many

    def _whole_document(self) -> Iterator[object]:
        if self._document:
            lines, self._document = self._document, []
            yield _document(decoding.value(b"\n".join(lines).decode("utf-8", "replace")))

    def _dispatch(self) -> Iterator[object]:
        payload, event = b"\n".join(self._data), self._event
        self._data, self._event, self._held = [], b"", 0
        if payload:
            yield from self._whole_document()
        if payload.strip() == _DONE:
            self._is_over = True
            yield END
        elif event == b"error":
            yield _error_value(payload.decode("utf-8", "replace"))
        elif payload and not payload.isspace():
            yield decoding.value(payload.decode("utf-8", "replace"))


def decode(chunks: Iterable[bytes]) -> Iterator[object]:
    """Decode a whole stream; raises ProtocolError and StreamCutError as the Decoder does."""
    decoder = Decoder()
    for chunk in chunks:
        yield from decoder.values(chunk)
    yield from decoder.close()


def _check_size(size: int) -> int:
    if size > LONGEST_LINE:
        raise ProtocolError(f"the server sent an event of more than {LONGEST_LINE} bytes")
    return size


def _is_plain(block: bytes) -> bool:
    # If each event is one line of data, all line ends are those between events.
    if not (block.startswith(b"data: ") and block.endswith(b"\n\n")):
        return False
    return block.count(b"\n") == 2 * block.count(_NEXT) + 2


def _document(value: object) -> object:
    return Document(value) if isinstance(value, dict) else value


def _error_value(payload: str) -> object:
    try:
        value = decoding.value(payload)
    except ProtocolError:
        value = payload
    return value if isinstance(value, dict) and "error" in value else {"error": value}
