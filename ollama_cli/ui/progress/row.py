"""One pull as it is drawn: the model's line, and below it the current layer or phase."""

import math
from collections.abc import Callable
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ollama_cli.types.pull_events import ChunkProgress, Phase, PullEvent, Restart, Status, Success
from ollama_cli.types.text import one_line, sentence
from ollama_cli.types.units import format_counter, format_duration
from ollama_cli.ui.progress import phrases
from ollama_cli.ui.progress.stats import LayerSnapshot, PullSnapshot, PullStats
from ollama_cli.ui.sentences import show_sentence
from ollama_cli.ui.streams import OutStream

_GAP: Final = "  "
_SHORTEST_BAR: Final = 10
_LONGEST_BAR: Final = 40
_SHORTEST_NAME: Final = 16
_SHORTEST_CLIP: Final = 4
# Columns have a fixed width, so that the bar before them keeps its width.
_PERCENT_WIDTH: Final = len("100 %")
_RATE_WIDTH: Final = len("12.3 MB/s")
_ETA_WIDTH: Final = len("eta 59m59s")
_STALLED_SECONDS: Final = 5.0
_SHOWN_SECONDS: Final = 1.0
_RETRYING: Final = "trying again"


class Row:
    """The lines of one pull; one thread reports events, another draws frames."""

    def __init__(
        self,
        stream: OutStream,
        model: str,
        clock: Callable[[], float],
        label: str = "",
        stats: PullStats | None = None,
    ) -> None:
        self._stream = stream
        self._model = one_line(model) or "the model"
        self._label = f"{label} " if label else ""
        self._clock = clock
        self._stats = stats or PullStats()
        self._owns_stats = stats is None
        self._reason = ""  # of the last restart
        self._digest: str | None = None
        self._phase = ""
        self._completed = self._lost = 0
        self._started = self._phase_since = self._moved_at = clock()
        self._seconds: float | None = None

    def start(self) -> None:
        """Start the clock."""
        self._started = self._phase_since = self._moved_at = self._clock()

    def report(self, event: PullEvent) -> None:
        """Record one event; the next frame shows it."""
        if self._digest is not None and isinstance(event, Status) and event.phase is Phase.LAYER:
            return  # the line of its layer says the same
        now = self._clock()
        if self._owns_stats:
            self._stats.add(event, now)
        if self._stats.completed != self._completed:
            self._completed, self._moved_at = self._stats.completed, now
        match event:
            case ChunkProgress(digest):
                if digest != self._digest:
                    self._enter_phase(f"pulling {phrases.digest_name(digest)}", digest, now)
                if self._stats.lost > self._lost:
                    show_sentence(
                        self._stream, phrases.lost(self._model, self._stats.lost - self._lost)
                    )
                    self._lost = self._stats.lost
            case Status(text):
                self._enter_phase(sentence(text), None, now)
            case Restart(_, reason, pause):
                self._digest, self._phase, self._phase_since = None, _RETRYING, now + pause
                told = phrases.restarted(self._model, event, is_told=reason == self._reason)
                show_sentence(self._stream, told)
                self._reason = reason
            case Success():
                self._seconds = now - self._started

    def last_line(self, exc: BaseException | None) -> str:
        """Return the line that stays when the bars are gone, empty if it needs none."""
        snapshot = self.snapshot()
        if self._seconds is not None:
            fetched = self._stats.fetched
            text = phrases.pulled(self._model, snapshot, self._seconds, fetched=fetched)
        else:
            text = phrases.stopped(self._model, snapshot, exc)
        return self._label + text if text else ""

    def snapshot(self, now: float | None = None) -> PullSnapshot:
        """Return how far the pull has come."""
        return self._stats.snapshot(now, with_layers=False)

    def lines(self, width: int, *, brief: bool) -> list[Text]:
        """Draw the row; a brief one is a single line."""
        now = self._clock()
        snapshot = self.snapshot(now)
        lines = [self._model_line(snapshot, width)]
        if self._phase and not brief:
            lines.append(self._phase_line(width, now))
        for line in lines:
            line.truncate(width, overflow="crop")
        return lines

    def _enter_phase(self, text: str, digest: str | None, now: float) -> None:
        self._digest = digest
        if text != self._phase:
            self._phase = text
            self._phase_since = self._moved_at = now

    def _model_line(self, snapshot: PullSnapshot, width: int) -> Text:
        """Draw name, bar, percentage, counters, speed, time left: as many as fit, in that order."""
        title = self._label + self._model
        if snapshot.total is None:
            return self._text(self._clip(title, width))
        longest = _longest_counter(snapshot.total) + len(phrases.growing(snapshot))
        columns = [
            phrases.percent(snapshot.fraction).rjust(_PERCENT_WIDTH),
            phrases.counter(snapshot).rjust(longest),
            phrases.rate(snapshot).rjust(_RATE_WIDTH),
            phrases.eta(snapshot).ljust(_ETA_WIDTH),
        ]
        name = self._clip(title, max(_SHORTEST_NAME, width // 3))
        while len(columns) > 2:  # noqa: PLR2004 - percentage and counters go last
            if _bar_room(width, name, columns) >= _SHORTEST_BAR:
                break
            columns.pop()
        room = _bar_room(width, name, columns)
        if room >= _SHORTEST_BAR:
            line = self._text(name).append(_GAP)
            line.append_text(self._bar(snapshot.fraction, min(room, _LONGEST_BAR)))
            return line.append("".join(_GAP + column for column in columns))
        return self._without_bar(title, columns, width)

    def _without_bar(self, title: str, columns: list[str], width: int) -> Text:
        """Draw name, percentage and counters; if they do not fit, only the percentage."""
        shown = [column.strip() for column in columns]
        while len(shown) > 1 and width - _columns_width(shown) < min(_SHORTEST_CLIP, len(title)):
            shown.pop()
        left = width - _columns_width(shown)
        clipped = self._clip(title, left) if left > 0 else ""
        return self._text(_GAP.join([*([clipped] if clipped else []), *shown]))

    def _phase_line(self, width: int, now: float) -> Text:
        """Draw the current layer or phase, with the time it has been silent."""
        parts = [self._phase]
        layer = self._layer()
        if layer is not None:
            parts.append(format_counter(layer.completed, layer.total))
            if now - self._moved_at >= _STALLED_SECONDS:
                parts.append(f"no data for {_whole_seconds(now - self._moved_at)}")
        elif now < self._phase_since:
            parts = [f"{self._phase} in {_whole_seconds(math.ceil(self._phase_since - now))}"]
        elif now - self._phase_since >= _SHOWN_SECONDS:
            parts.append(_whole_seconds(now - self._phase_since))
        return self._text(_GAP + self._clip(_GAP.join(parts), width - len(_GAP)), "bright_black")

    def _layer(self) -> LayerSnapshot | None:
        return None if self._digest is None else self._stats.layer(self._digest)

    def _bar(self, fraction: float, width: int) -> Text:
        full, empty = ("━", "─") if self._stream.unicode else ("#", "-")
        filled = int(fraction * width)
        bar = self._text(full * filled, "cyan")
        return bar.append_text(self._text(empty * (width - filled), "bright_black"))

    def _text(self, text: str, colour: str = "") -> Text:
        style = colour if self._stream.colour else ""
        return Text(no_wrap=True, overflow="crop").append(text, style)

    def _clip(self, text: str, width: int) -> str:
        if cell_len(text) <= width:
            return text
        mark = "…" if self._stream.unicode else "~"
        return set_cell_size(text, max(0, width - 1)).rstrip() + mark


def _columns_width(columns: list[str]) -> int:
    return sum(len(_GAP + column) for column in columns)


def _longest_counter(total: int) -> int:
    """Count the cells of the longest counter up to a total: 9.9/32 is longer than 32/32."""
    return max(len(format_counter(part, total)) for part in (total // 11 + 1, total))


def _bar_room(width: int, name: str, columns: list[str]) -> int:
    """Count the cells left for a bar between the name and the columns."""
    return width - cell_len(name) - len(_GAP) - _columns_width(columns)


def _whole_seconds(seconds: float) -> str:
    return format_duration(float(int(seconds)))
