"""What `models pull` keeps of each pull: its summary, its patience, and who shows it."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from ollama_cli.config import resolve
from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.pull.retry import Patience
from ollama_cli.types.pull_events import ChunkProgress, PullEvent, Status
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes, format_duration
from ollama_cli.ui.progress.reporter import PullProgressReporter
from ollama_cli.ui.progress.stats import PullSnapshot, PullStats
from ollama_cli.ui.terminals import notification


def patience(
    context: Context, stall_timeout: str | None = None, retries: str | None = None
) -> "Patience":
    """Settle how long a pull may stand still: by the options, else by the settings."""
    settled = context.settings
    stall, tries = settled.stall_timeout, settled.retries
    if stall_timeout is not None:
        stall = resolve.read("stall_timeout", stall_timeout, "--stall-timeout")
    if retries is not None:
        tries = resolve.read("retries", retries, "--retries")
    return Patience(stall=stall, silence=settled.timeouts.pull, retries=tries)


class Summary:
    """What one pull came to: bytes, seconds, and how it ended."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.status = "interrupted"
        self._stats = PullStats()
        self._last: ChunkProgress | None = None
        self._has_begun = False
        self._started = time.monotonic()
        self._seconds: float | None = None
        self._error: dict[str, object] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._seconds = time.monotonic() - self._started
        if error is None:
            self.status = "success"
        elif isinstance(error, OllamaCliError):
            self.status, self._error = "error", error.as_dict()

    def watch(self, events: Iterable[PullEvent]) -> Iterator[PullEvent]:
        """Count the events on their way; of lines of one layer in a row the last one counts."""
        digest: str | None = None
        for event in events:
            self._has_begun = True
            if isinstance(event, ChunkProgress):
                if event.digest != digest:
                    self._count_last()
                    digest = event.digest
                    self._stats.add(event, 0.0)
                else:
                    self._last = event
            elif not isinstance(event, Status) or not event.text.startswith("pulling "):
                self._count_last()
                self._stats.add(event, 0.0)
                digest = None
            yield event

    def _count_last(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            self._stats.add(last, 0.0)

    @property
    def snapshot(self) -> PullSnapshot:
        """Show how far the pull came."""
        self._count_last()
        return self._stats.snapshot(with_layers=False)

    def as_dict(self) -> dict[str, object]:
        """Give the summary as programs read it."""
        snapshot, seconds = self.snapshot, self._seconds
        if seconds is None:  # a signal left its thread behind
            seconds = time.monotonic() - self._started
        return {
            "model": self.model,
            "status": self.status,
            "total": snapshot.total,
            "completed": snapshot.completed if self._has_begun else None,
            "seconds": round(seconds, 3),
            "error": self._error,
        }


def outcome(summaries: Sequence[Summary], count: int, seconds: float) -> str:
    """Write the last line of a pull of `count` models; one is called by its name."""
    good = [each for each in summaries if each.status == "success"]
    bad = [one_line(each.model) for each in summaries if each.status == "error"]
    size = sum(each.snapshot.completed for each in good)
    if count == 1 and not good:
        return f"pull of {bad[0]} failed" if bad else "nothing was pulled"
    text = f"pulled {one_line(good[0].model) if count == 1 else f'{len(good)} of {count} models'}"
    text += f"  {format_bytes(size)}" if size else ""
    text += f" in {format_duration(seconds)}"
    return text + (f"; failed: {', '.join(bad)}" if bad else "")


def notify(context: Context, text: str) -> None:
    """Ring the terminal, and post a message where it can."""
    if context.err.motion:
        context.err.write("\a" + notification(context.environ).format(one_line(text)))


class Watchers:
    """Those who show the pulls under way; a signal ends them all from outside."""

    def __init__(self) -> None:
        self._active: list[_Watcher] = []
        self._is_over = False

    def of(self, reporter: PullProgressReporter) -> PullProgressReporter:
        """Put a reporter under watch."""
        watcher = _Watcher(reporter, is_over=self._is_over)
        self._active.append(watcher)
        return watcher

    def stop(self, exc: BaseException) -> None:
        """Have each say how far its pull came, and nothing after that, nor any other."""
        self._is_over = True
        for watcher in self._active:
            watcher.__exit__(type(exc), exc, exc.__traceback__)


class _Watcher:
    """A reporter that is entered and left once, by whichever thread comes first."""

    def __init__(self, reporter: PullProgressReporter, *, is_over: bool) -> None:
        self._reporter = reporter
        self._lock = threading.Lock()
        self._is_shown, self._is_over = False, is_over

    def __enter__(self) -> Self:
        with self._lock:
            self._is_shown = not self._is_over
            if self._is_shown:
                self._reporter.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            was_shown, self._is_shown = self._is_shown, False
            self._is_over = True
        if was_shown:
            self._reporter.__exit__(exc_type, exc, traceback)

    def report(self, event: PullEvent) -> None:
        if self._is_shown:
            self._reporter.report(event)
