"""The results of pulls: a summary for each, and the last line and notification for all."""

import time
from collections.abc import Sequence
from typing import Self

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes, format_duration
from ollama_cli.ui.progress.stats import PullSnapshot, PullStats
from ollama_cli.ui.terminals import notification


class Summary:
    """The result of one pull: bytes, from its `stats`, seconds, and how it ended."""

    def __init__(self, model: str, stats: PullStats) -> None:
        self.model = model
        self.status = "interrupted"
        self._stats = stats
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

    @property
    def snapshot(self) -> PullSnapshot:
        """Return how far the pull came."""
        return self._stats.snapshot(with_layers=False)

    def as_dict(self) -> dict[str, object]:
        """Return the summary as a record for JSON output."""
        snapshot, seconds = self.snapshot, self._seconds
        if seconds is None:  # a signal came before the pull ended
            seconds = time.monotonic() - self._started
        return {
            "model": self.model,
            "status": self.status,
            "total": snapshot.total,
            "completed": None if self._stats.is_empty else snapshot.completed,
            "seconds": round(seconds, 3),
            "error": self._error,
        }


def outcome(summaries: Sequence[Summary], count: int, seconds: float) -> str:
    """Return the last line for a pull of `count` models; a single one is named."""
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
    """Ring the bell of the terminal, and show a notification if it can."""
    if context.err.motion:
        context.err.write("\a" + notification(context.environ).format(one_line(text)))
