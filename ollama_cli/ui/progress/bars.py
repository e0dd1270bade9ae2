"""Shows pulls on a terminal: bars that move, and one line of each that stays."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from ollama_cli.types.pull_events import PullEvent
from ollama_cli.ui.progress.row import Row
from ollama_cli.ui.progress.stats import PullStats
from ollama_cli.ui.streams import OutStream

FRAMES_PER_SECOND: Final = 10


class _Terminal(Console):
    """A console whose motion was decided elsewhere: here rich asks no environment."""

    @property
    def is_dumb_terminal(self) -> bool:
        return False


class Board:
    """All rows that are under way on one terminal, drawn ten times a second, also in silence.

    Lines that are written to `stream` meanwhile stand above the bars. The terminal's tab shows the
    percentage of all `count` pulls, which never falls, where it is told that it can.
    """

    def __init__(self, stream: OutStream, *, tab_progress: bool = False, count: int = 1) -> None:
        self._stream = stream
        self._count = count
        self._gone = 0
        self._share = 0.0
        self._is_drawn = False
        self._tab_progress = tab_progress
        self._rows: list[Row] = []
        self._lock = threading.RLock()
        self._live: Live | None = None
        self._over = threading.Event()
        self._tab = ""
        self._console = _Terminal(
            file=stream.file,
            force_terminal=stream.is_terminal,
            force_interactive=stream.motion,
            no_color=not stream.colour,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def add(self, row: Row) -> None:
        """Draw one row more; the first one hides the cursor."""
        with self._lock:
            self._rows.append(row)
            if self._live is None:
                self._live = Live(
                    get_renderable=self._frame,
                    console=self._console,
                    auto_refresh=False,
                    transient=True,
                    redirect_stdout=False,
                    redirect_stderr=False,
                )
                self._stream.above = self._print
                self._is_drawn = True
                self._live.start(refresh=True)
                over = self._over = threading.Event()
                threading.Thread(target=self._draw, args=(over,), daemon=True).start()

    def remove(self, row: Row) -> None:
        """Draw one row less; the last one gives the cursor back."""
        with self._lock:
            self._rows.remove(row)
            self._gone += 1
            if self._rows:
                self.refresh()
            else:
                self.close()

    def close(self) -> None:
        """Give the terminal back; also where a signal broke off what did so before."""
        with self._lock:
            self._over.set()
            self._stream.above = None
            live, self._live = self._live, None
            if live is not None:
                live.stop()
            if self._is_drawn:
                self._console.show_cursor()
                self._is_drawn = False
            self._show_tab("")

    def refresh(self) -> None:
        """Draw a frame now."""
        with self._lock:
            if self._live is not None:
                self._live.refresh()

    def _draw(self, over: threading.Event) -> None:
        while not over.wait(1 / FRAMES_PER_SECOND):
            self.refresh()

    def _print(self, text: str) -> None:
        # One lock for frames and lines: each is drawn where the one before it ended.
        with self._lock:
            self._console.print(Text(text), soft_wrap=True)

    def _frame(self) -> Group:
        # Asked before each frame: the terminal may have another width by now.
        width = self._stream.width - self._console.legacy_windows
        self._console.width = width
        rows = list(self._rows)
        self._show_tab(self._percentage(rows))
        brief = len(rows) > 1
        # Terminals echo ^C where the last line ends: it must not begin another one.
        width -= len("^C") if brief else 0
        return Group(*[line for row in rows for line in row.lines(width, brief=brief)])

    def _show_tab(self, state: str) -> None:
        """Set the progress of the terminal's tab by OSC 9;4; an empty state takes it away."""
        if self._tab_progress and state != self._tab:
            self._stream.write(f"\x1b]9;4;{state or '0;0'}\x1b\\")
            self._tab = state

    def _percentage(self, rows: list[Row]) -> str:
        """Put all pulls into one state of a tab: 3 is busy, 1 a percentage."""
        snapshots = [row.snapshot() for row in rows]
        if not self._gone and not any(each.total for each in snapshots):
            return "3;0"
        done = self._gone + sum(each.fraction for each in snapshots)
        self._share = max(self._share, done / max(self._count, self._gone + len(rows)))
        return f"1;{int(self._share * 100 + 1e-9)}"


class BarsReporter:
    """Show the model's bar and the layer or phase under way; leave one line behind.

    Events only change what the next frame shows. `stream` should have motion; `clock` counts
    seconds. Reporters that share a `board` stand below one another; `label` then tells them apart.
    `stats` already holds each event that is reported; without it the reporter counts them.
    """

    def __init__(
        self,
        stream: OutStream,
        model: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        board: Board | None = None,
        label: str = "",
        stats: PullStats | None = None,
    ) -> None:
        self._stream = stream
        self._board = board or Board(stream)
        self._row = Row(stream, model, clock, label, stats)

    def __enter__(self) -> Self:
        """Hide the cursor and begin to draw."""
        self._row.start()
        self._board.add(self._row)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bars away, give the cursor back, and leave one line behind."""
        self._board.remove(self._row)
        text = self._row.last_line(exc)
        if text:
            self._stream.line(text)

    def report(self, event: PullEvent) -> None:
        """Take one event in; the next frame shows it."""
        self._row.report(event)

    def refresh(self) -> None:
        """Draw a frame now."""
        self._board.refresh()
