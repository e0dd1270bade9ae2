"""Show on a terminal what the program waits for, and since when."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, TypeVar

from ollama_cli.system.signals import SHIELD
from ollama_cli.types import threads
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_duration
from ollama_cli.ui import motion
from ollama_cli.ui.cells import cells
from ollama_cli.ui.streams import OutStream

_DELAY: Final = 0.3  # a shorter wait shows no spinner
_FRAME_SECONDS: Final = 0.1
_LINE_SECONDS: Final = 30.0
_FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES: Final = "|/-\\"
T = TypeVar("T")


def with_spinner(items: Iterable[T], stream: OutStream, label: str) -> Iterator[T]:
    """Yield the items; show a spinner on `stream` until the first one comes or fails."""
    iterator = iter(items)
    with Spinner(stream, label):
        first = next(iterator, None)
    if first is not None:
        yield first
        yield from iterator


def while_empty(
    bursts: Iterable[Sequence[T]], stream: OutStream, label: str
) -> Iterator[Sequence[T]]:
    """Yield the bursts that hold anything; show a spinner while others come.

    The first one of each run of empty ones shows none: who waits for it may show their own.
    """
    iterator = iter(bursts)
    for burst in iterator:
        if burst:
            yield burst
            continue
        with Spinner(stream, label):
            found = next(filter(None, iterator), None)
        if found is None:
            return
        yield found


def with_lines(
    items: Iterable[T], stream: OutStream, label: str, every: float = _LINE_SECONDS
) -> Iterator[T]:
    """Yield the items; write a line every so many seconds until the first one comes or fails."""
    iterator = iter(items)
    is_over = threading.Event()
    began = time.monotonic()

    def tell() -> None:
        while not is_over.wait(every):
            seconds = float(round(time.monotonic() - began))
            stream.line(f"{one_line(label)}: {format_duration(seconds)}")

    thread = threads.start(tell)
    try:
        first = next(iterator, None)
    finally:
        with SHIELD:
            is_over.set()
            thread.join()
    if first is not None:
        yield first
        yield from iterator


class Spinner:
    """Show a line such as `loading llama3:8b … 14 s` while the block runs, then clear it."""

    def __init__(self, stream: OutStream, label: str) -> None:
        self._stream = stream
        self._label = one_line(label)
        self._is_over = threading.Event()
        self._lock = threading.RLock()
        self._is_drawn = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start to draw."""
        try:
            with SHIELD:
                motion.begin(self)
                self._thread = threads.start(self._draw)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Clear the line, whatever happened."""
        self.close()

    def close(self) -> None:
        """Clear the line; a second call does nothing."""
        with SHIELD:
            self._is_over.set()
            if self._thread:
                self._thread.join()
            motion.over(self)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Clear the line while the block runs."""
        with self._lock:
            self._clear()
            yield

    def renew(self) -> None:
        """Do nothing: the next frame is drawn where the cursor is."""

    def frame(self, turn: int, seconds: float) -> str:
        """Return the line at one moment, no wider than the terminal."""
        frames, dots = (_FRAMES, "…") if self._stream.unicode else (_PLAIN_FRAMES, "...")
        since = f" {format_duration(float(int(seconds)))}" if seconds >= 1 else ""
        ending = f" {dots}{since}"
        room = self._stream.width - len(ending) - 3
        label = ""
        for character in self._label:
            room -= cells(character)
            if room < 0:
                break
            label += character
        return f"{frames[turn % len(frames)]} {label}{ending}"

    def _draw(self) -> None:
        began = time.monotonic()
        turn = 0
        wait = _DELAY
        while not self._is_over.wait(wait):
            with self._lock:
                if self._stream.is_foreground:
                    frame = self.frame(turn, time.monotonic() - began)
                    self._is_drawn = True
                    self._stream.write(f"\r{frame}\x1b[K")
            turn += 1
            wait = _FRAME_SECONDS
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        if self._is_drawn:
            self._is_drawn = False
            self._stream.write("\r\x1b[K")
