"""Show a pull in plain lines, for logs and for terminals without motion."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TextIO

from ollama_cli.types.pull_events import ChunkProgress, Phase, PullEvent, Restart, Status, Success
from ollama_cli.types.text import one_line, sentence
from ollama_cli.types.units import format_bytes, format_duration
from ollama_cli.ui.progress import phrases
from ollama_cli.ui.progress.stats import PullStats
from ollama_cli.ui.sentences import show_sentence
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.text_streams import as_stream

SECONDS_BETWEEN: Final = 10.0
FRACTION_BETWEEN: Final = 0.10
_LONG_VERIFYING: Final = 5.0


class LinesReporter:
    """Write each change of state once, and progress at most every 10 seconds or 10 per cent.

    `label` begins each line, if several models are pulled at once.
    `stats`, if given, already counts each reported event; else the reporter counts them.
    """

    def __init__(
        self,
        stream: OutStream | TextIO,
        model: str = "",
        clock: Callable[[], float] = time.monotonic,
        *,
        label: str = "",
        stats: PullStats | None = None,
    ) -> None:
        self._stream = as_stream(stream)
        self._label = f"{label} " if label else ""
        self._model = one_line(model) or "the model"
        self._clock = clock
        self._stats = stats or PullStats()
        self._owns_stats = stats is None
        self._started = clock()
        self._state, self._phase = "", Phase.OTHER
        self._digests: set[str] = set()
        self._lost = 0
        self._state_since = self._started
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
        """Write how far the pull came, if it ended early."""
        text = phrases.stopped(self._model, self._stats.snapshot(), exc)
        if text and not self._succeeded:
            self._line(text)

    def report(self, event: PullEvent) -> None:
        """Write a line if the event needs one."""
        if isinstance(event, Status) and event.phase is Phase.LAYER:
            return  # the line of its layer says the same
        now = self._clock()
        if self._owns_stats:
            self._stats.add(event, now)
        match event:
            case ChunkProgress(digest):
                if digest not in self._digests:
                    self._show_layer(digest, now)
                if self._stats.lost > self._lost:
                    self._show_lost()
                self._show_progress(now)
            case Status(text):
                self._show_state(sentence(text), now, event.phase)
            case Restart():
                self._state, self._phase = "", Phase.OTHER
                self._line(phrases.restarted(self._model, event))
            case Success():
                self._succeeded = True
                self._show_state("success", now, Phase.SUCCESS)
                self._line(
                    phrases.pulled(
                        self._model,
                        self._stats.snapshot(),
                        now - self._started,
                        fetched=self._stats.fetched,
                    )
                )

    def _show_state(self, text: str, now: float, phase: Phase) -> None:
        if not text or text == self._state:
            return
        if self._phase is Phase.VERIFYING and now - self._state_since >= _LONG_VERIFYING:
            self._line(f"verified in {format_duration(now - self._state_since)}")
        self._state, self._phase, self._state_since = text, phase, now
        self._line(text)

    def _show_layer(self, digest: str, now: float) -> None:
        self._digests.add(digest)
        layer = self._stats.layer(digest)
        size = f"  {format_bytes(layer.total)}" if layer and layer.total else ""
        self._show_state(f"pulling {phrases.digest_name(digest)}{size}", now, Phase.LAYER)

    def _show_lost(self) -> None:
        self._line(phrases.lost(self._model, self._stats.lost - self._lost))
        self._lost = self._stats.lost

    def _show_progress(self, now: float) -> None:
        fraction = self._stats.fraction
        is_due = now - self._shown_at >= SECONDS_BETWEEN
        if not is_due and fraction - self._shown_fraction < FRACTION_BETWEEN:
            return
        self._shown_at = now
        self._shown_fraction = fraction
        self._line(phrases.progress(self._model, self._stats.snapshot()))

    def _line(self, text: str) -> None:
        show_sentence(self._stream, self._label + text)
