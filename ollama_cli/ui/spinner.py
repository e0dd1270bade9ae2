"""Shows on a terminal that something is awaited, and since when."""

import threading
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Final, Self, TypeVar

from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_duration
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import cells

_PATIENCE: Final = 0.3  # what comes sooner is not seen to be awaited
_FRAME: Final = 0.1
_WHEEL: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_WHEEL: Final = "|/-\\"
T = TypeVar("T")


def awaited(items: Iterable[T], stream: OutStream, label: str) -> Iterator[T]:
    """Pass the items on, with a spinner on `stream` until the first one comes or fails to come."""
    iterator = iter(items)
    with Spinner(stream, label):
        first = next(iterator, None)
    if first is not None:
        yield first
        yield from iterator


class Spinner:
    """A line such as `loading llama3:8b … 14 s` while the block runs; afterwards it is gone."""

    def __init__(self, stream: OutStream, label: str) -> None:
        self._stream = stream
        self._label = one_line(label)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> Self:
        """Begin to wait."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Clear the line, whatever happened."""
        self._is_over.set()
        self._thread.join()

    def frame(self, turn: int, seconds: float) -> str:
        """Give the line at one moment, no wider than the terminal."""
        wheel, dots = (_WHEEL, "…") if self._stream.unicode else (_PLAIN_WHEEL, "...")
        since = f" {format_duration(float(int(seconds)))}" if seconds >= 1 else ""
        told = f" {dots}{since}"
        room = self._stream.width - len(told) - 3
        label = ""
        for character in self._label:
            room -= cells(character)
            if room < 0:
                break
            label += character
        return f"{wheel[turn % len(wheel)]} {label}{told}"

    def _draw(self) -> None:
        began = time.monotonic()
        turn = 0
        wait = _PATIENCE
        while not self._is_over.wait(wait):
            self._stream.write(f"\r{self.frame(turn, time.monotonic() - began)}\x1b[K")
            turn += 1
            wait = _FRAME
        if turn:  # the thread clears what it drew: no signal can come between
            self._stream.write("\r\x1b[K")
