"""Shows a pull in plain lines, for logs and for terminals that cannot move."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from ollama_cli.events import ChunkProgress, PullEvent, Status, Success
from ollama_cli.progress import phrases
from ollama_cli.progress.stats import PullSnapshot, PullStats
from ollama_cli.streams import OutStream, one_line
from ollama_cli.units import format_bytes

SECONDS_BETWEEN: Final = 10.0
FRACTION_BETWEEN: Final = 0.10
_MANIFEST: Final = "pulling manifest"


class LinesReporter:
    """Write each change of state once, and progress at most every 10 seconds or 10 per cent."""

    def __init__(
        self, stream: OutStream, model: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._model = one_line(model)
        self._clock = clock
        self._stats = PullStats()
        self._snapshot: PullSnapshot | None = None
        self._started = clock()
        self._state = ""
        self._digests: set[str] = set()
        self._shown_at = self._started
        self._shown_fraction = 0.0
        self._succeeded = False

    def __enter__(self) -> Self:
        """Start the clock."""
        self._started = self._shown_at = self._clock()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say how far the pull came if it was left early."""
        text = phrases.stopped(self._model, self._snapshot, exc)
        if text and not self._succeeded:
            self._stream.line(text)

    def report(self, event: PullEvent) -> None:
        """Write a line if the event is worth one."""
        now = self._clock()
        self._snapshot = snapshot = self._stats.update(event, now)
        match event:
            case Status(text) if not text.startswith("pulling ") or text == _MANIFEST:
                self._show_state(one_line(text))
            case ChunkProgress(digest):
                self._show_layer(digest)
                self._show_progress(snapshot, now)
            case Success():
                self._succeeded = True
                self._show_state("success")
                self._stream.line(
                    phrases.pulled(
                        self._model, snapshot, now - self._started, fetched=self._stats.fetched
                    )
                )

    def _show_state(self, text: str) -> None:
        if text and text != self._state:
            self._state = text
            self._stream.line(text)

    def _show_layer(self, digest: str) -> None:
        if digest in self._digests:
            return
        self._digests.add(digest)
        layer = self._stats.layer(digest)
        size = f"  {format_bytes(layer.total)}" if layer and layer.total else ""
        self._show_state(f"pulling {phrases.digest_name(digest)}{size}")

    def _show_progress(self, snapshot: PullSnapshot, now: float) -> None:
        is_late = now - self._shown_at >= SECONDS_BETWEEN
        if not is_late and snapshot.fraction - self._shown_fraction < FRACTION_BETWEEN:
            return
        self._shown_at = now
        self._shown_fraction = snapshot.fraction
        self._stream.line(phrases.progress(self._model, snapshot))
