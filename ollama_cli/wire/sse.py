r"""Server-sent events that carry JSON: chunks of bytes as they come, values as soon as whole.

Lines end in `\n`, `\r\n` or `\r`; an event ends in a blank line, and may be cut anywhere. What is
no `data` is left out, but `event: error`, whose data is an error whatever its shape. `[DONE]` is
the END, and nothing after it counts.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ollama_cli.errors import ProtocolError, StreamCutError
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


class Decoder:
    """Turns chunks into values; linear in the bytes fed, whatever the length of an event."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._data: list[bytes] = []
        self._event = b""
        self._size = self._held = 0
        self._decoded = 0
        self._after_return = False
        self._has_begun = False
        self._is_over = False

    def values(self, chunk: bytes) -> Iterator[object]:
        """Decode the events that this chunk completes, one by one; ProtocolError for rubbish."""
        if self._after_return and chunk:  # the second half of a line's end
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        self._after_return = self._after_return or chunk.endswith(b"\r")
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            self._pending.append(chunk)
            self._size = _counted(self._size + len(chunk))
            return iter(())
        block = b"".join((*self._pending, chunk[:end]))
        self._pending = [chunk[end:]]
        self._size = len(chunk) - end
        return self._decode(block)

    def close(self) -> list[object]:
        """Decode what is left; StreamCutError if the last event is only the start of one."""
        line = b"".join(self._pending)
        self._pending = []
        try:
            return list(self._decode(line + b"\n\n"))
        except ProtocolError as error:
            name = line.removeprefix(_BOM).partition(b":")[0]
            if not any(known.startswith(name) for known in (_DATA, _EVENT, *_IGNORED)):
                raise
            raise StreamCutError("the stream was cut in the middle of an event") from error

    def _decode(self, block: bytes) -> Iterator[object]:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not self._has_begun:
            self._has_begun = True
            block = block.removeprefix(_BOM)
        self._decoded += len(block)
        if self._is_over:
            return iter(())
        if self._data or self._event or _DONE in block or not _is_plain(block):
            return self._by_line(block)
        # One payload a line, as nearly all events are: one line of data each.
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
                self._held = _counted(self._held + len(value) + 1)
            elif name == _EVENT:
                self._event = value
            elif name and name not in _IGNORED:
                yield _stray(line)

    def _dispatch(self) -> Iterator[object]:
        payload, event = b"\n".join(self._data), self._event
        self._data, self._event, self._held = [], b"", 0
        if payload.strip() == _DONE:
            self._is_over = True
            yield END
        elif event == b"error":
            yield _as_error(payload.decode("utf-8", "replace"))
        elif payload and not payload.isspace():
            yield decoding.value(payload.decode("utf-8", "replace"))


def decode(chunks: Iterable[bytes]) -> Iterator[object]:
    """Decode a whole stream; raises ProtocolError and StreamCutError as the Decoder does."""
    decoder = Decoder()
    for chunk in chunks:
        yield from decoder.values(chunk)
    yield from decoder.close()


def _counted(size: int) -> int:
    if size > LONGEST_LINE:
        raise ProtocolError(f"the server sent an event of more than {LONGEST_LINE} bytes")
    return size


def _is_plain(block: bytes) -> bool:
    # Each event is one line of data, so that all ends of lines are those between events.
    if not (block.startswith(b"data: ") and block.endswith(b"\n\n")):
        return False
    return block.count(b"\n") == 2 * block.count(_NEXT) + 2


def _as_error(payload: str) -> object:
    try:
        told = decoding.value(payload)
    except ProtocolError:
        told = payload
    return told if isinstance(told, dict) and "error" in told else {"error": told}


def _stray(line: bytes) -> object:
    """Read a line that belongs to no event: an error that was written as if nothing streamed."""
    text = line.decode("utf-8", "replace")
    if text.startswith("{"):
        told = decoding.value(text)
        if isinstance(told, dict) and "error" in told:
            return told
    shown = " ".join(text[:_SHOWN].split())
    raise ProtocolError(f"the server sent something that is no event: {shown!r}")
