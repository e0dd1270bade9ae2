"""Shows a pull on a terminal: bars that move, and one line that stays."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from ollama_cli.events import ChunkProgress, PullEvent, Status, Success
from ollama_cli.progress import phrases
from ollama_cli.progress.stats import LayerSnapshot, PullSnapshot, PullStats
from ollama_cli.streams import OutStream, one_line
from ollama_cli.units import format_counter, format_duration

FRAMES_PER_SECOND: Final = 10
_GAP: Final = "  "
_SHORTEST_BAR: Final = 10
_LONGEST_BAR: Final = 40
_SHORTEST_NAME: Final = 16
# Columns have one width whatever they hold, so that the bar before them stands still.
_PERCENT_WIDTH: Final = len("100 %")
_RATE_WIDTH: Final = len("12.3 MB/s")
_ETA_WIDTH: Final = len("eta 59m59s")
_STALLED_SECONDS: Final = 5.0
_SHOWN_SECONDS: Final = 1.0


class _Terminal(Console):
    """A console whose motion was decided elsewhere: here rich asks no environment."""

    @property
    def is_dumb_terminal(self) -> bool:
        return False


class BarsReporter:
    """Show the model's bar and the layer or phase under way; leave one line behind.

    Events only change what the next frame shows; frames are drawn ten times a second, also while
    the server is silent. `stream` should have motion; `clock` counts seconds.
    """

    def __init__(
        self, stream: OutStream, model: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._model = one_line(model)
        self._clock = clock
        self._stats = PullStats()
        self._snapshot: PullSnapshot | None = None
        self._layer: LayerSnapshot | None = None
        self._phase = ""
        self._started = self._phase_since = self._moved_at = clock()
        self._seconds: float | None = None
        self._console = _Terminal(
            file=stream.file,
            force_terminal=stream.is_terminal,
            force_interactive=stream.motion,
            no_color=not stream.colour,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._live = Live(
            get_renderable=self._frame,
            console=self._console,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        """Hide the cursor and begin to draw."""
        self._started = self._phase_since = self._moved_at = self._clock()
        self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bars away, give the cursor back, and leave one line behind."""
        self._live.stop()
        if self._seconds is not None and self._snapshot is not None:
            text = phrases.pulled(
                self._model, self._snapshot, self._seconds, fetched=self._stats.fetched
            )
        else:
            text = phrases.stopped(self._model, self._snapshot, exc)
        if text:
            self._stream.line(text)

    def report(self, event: PullEvent) -> None:
        """Take one event in; the next frame shows it."""
        now = self._clock()
        snapshot = self._stats.update(event, now)
        if self._snapshot is None or snapshot.completed != self._snapshot.completed:
            self._moved_at = now
        self._snapshot = snapshot
        match event:
            case Status(text):
                self._enter_phase(one_line(text), None, now)
            case ChunkProgress(digest):
                layer = self._stats.layer(digest)
                self._enter_phase(f"pulling {phrases.digest_name(digest)}", layer, now)
            case Success():
                self._seconds = now - self._started

    def refresh(self) -> None:
        """Draw a frame now."""
        self._live.refresh()

    def _enter_phase(self, text: str, layer: LayerSnapshot | None, now: float) -> None:
        self._layer = layer
        if text != self._phase:
            self._phase = text
            self._phase_since = self._moved_at = now

    def _frame(self) -> Group:
        # Asked before each frame: the terminal may have another width by now.
        width = self._stream.width - self._console.legacy_windows
        self._console.width = width
        lines = [self._overall(width)]
        if self._phase:
            lines.append(self._under_way(width))
        for line in lines:
            line.truncate(width, overflow="crop")
        return Group(*lines)

    def _overall(self, width: int) -> Text:
        """Draw name, bar, percentage, counters, speed, time left: as many as fit, in that order."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.total is None:
            return self._text(self._clip(self._model, width))
        longest = len(format_counter(snapshot.total, snapshot.total))
        columns = [
            phrases.percent(snapshot.fraction).rjust(_PERCENT_WIDTH),
            phrases.counter(snapshot).rjust(longest),
            phrases.rate(snapshot).rjust(_RATE_WIDTH),
            phrases.eta(snapshot).ljust(_ETA_WIDTH),
        ]
        name = self._clip(self._model, max(_SHORTEST_NAME, width // 3))
        while len(columns) > 2:  # noqa: PLR2004 - percentage and counters go last
            if _room(width, name, columns) >= _SHORTEST_BAR:
                break
            columns.pop()
        room = _room(width, name, columns)
        if room >= _SHORTEST_BAR:
            line = self._text(name).append(_GAP)
            line.append_text(self._bar(snapshot.fraction, min(room, _LONGEST_BAR)))
        else:
            # Without a bar the name takes what the columns leave.
            left = width - sum(len(_GAP + column) for column in columns)
            line = self._text(self._clip(self._model, max(0, left)))
        return line.append("".join(_GAP + column for column in columns))

    def _under_way(self, width: int) -> Text:
        """Draw the layer or phase under way, with the time it has been silent."""
        now = self._clock()
        parts = [self._phase]
        layer = self._layer
        if layer is not None:
            parts.append(format_counter(layer.completed, layer.total))
            if now - self._moved_at >= _STALLED_SECONDS:
                parts.append(f"no data for {_whole(now - self._moved_at)}")
        elif now - self._phase_since >= _SHOWN_SECONDS:
            parts.append(_whole(now - self._phase_since))
        return self._text(_GAP + self._clip(_GAP.join(parts), width - len(_GAP)), "bright_black")

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


def _room(width: int, name: str, columns: list[str]) -> int:
    """Count the cells left for a bar between the name and the columns."""
    return width - cell_len(name) - len(_GAP) - sum(len(_GAP) + len(text) for text in columns)


def _whole(seconds: float) -> str:
    return format_duration(float(int(seconds)))
