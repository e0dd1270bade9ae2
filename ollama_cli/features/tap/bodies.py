"""What is kept of a body to be shown: its beginning and its last line, however long it is."""

from typing import Final

_MOST: Final = 65536


class Body:
    """A body that comes in pieces: its first 64 KiB are kept, and the end of its last line."""

    def __init__(self) -> None:
        self._start = bytearray()
        self._last = bytearray()
        self._size = 0

    def feed(self, payload: bytes) -> None:
        """Take the next piece."""
        self._size += len(payload)
        room = _MOST - len(self._start)
        self._start += payload[:room]
        rest = payload[max(room, 0) :]
        line = rest.rstrip(b"\r\n").rfind(b"\n") + 1
        if line or self._last.endswith(b"\n"):
            self._last.clear()
        self._last += rest[max(line, len(rest) - _MOST) :]
        del self._last[:-_MOST]

    @property
    def text(self) -> str:
        """Return what was kept, with a mark where something was left out."""
        left_out = self._size - len(self._start) - len(self._last)
        mark = f"\n… {left_out} bytes …\n".encode() if left_out else b""
        return (self._start + mark + self._last).decode("utf-8", "replace")
