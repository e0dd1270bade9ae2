"""Show pulls on a terminal: bars that move, and one line of each pull that stays."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Final, Self, TextIO
from weakref import WeakValueDictionary

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from ollama_cli.errors import OutputError
from ollama_cli.system.signals import SHIELD
from ollama_cli.types import threads
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.ui import motion
from ollama_cli.ui.progress.row import Row
from ollama_cli.ui.progress.stats import PullStats
from ollama_cli.ui.sentences import show_sentence
from ollama_cli.ui.streams import OutStream, writing
from ollama_cli.ui.text_streams import as_stream

FRAMES_PER_SECOND: Final = 10


class _Console(Console):
    """A console that does not read TERM: the stream knows whether it has motion."""

    @property
    def is_dumb_terminal(self) -> bool:
        return False


class Board:
    """Draw the rows of all running pulls on one terminal, ten times a second, even in silence.

    Lines that are written to `stream` meanwhile appear above the bars. With `tab_progress`, the
    terminal's tab shows the percentage of all `count` pulls, which never falls.
    """

    def __init__(self, stream: OutStream, *, tab_progress: bool = False, count: int = 1) -> None:
        self.stream = stream
        self._count = count
        self._finished = 0
        self._fraction = 0.0
        self._is_open = self._is_drawn = False
        self._height = 0
        self._tab_progress = tab_progress
        self._rows: list[Row] = []
        self._lock = threading.RLock()
        self._live: Live | None = None
        self._stop = threading.Event()
        self._shown_tab = ""
        self._console = _Console(
            file=stream.file,
            force_terminal=stream.is_terminal,
            force_interactive=stream.motion,
            no_color=not stream.colour,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def add(self, row: Row) -> None:
        """Add a row; the first one hides the cursor."""
        with SHIELD, self._lock:
            self._rows.append(row)
            if not self._is_open:
                self._is_open = True
                self.stream.above = self._print
                motion.begin(self)
                self._show()
                stop = self._stop = threading.Event()
                threads.start(partial(self._draw, stop))

    def remove(self, row: Row) -> None:
        """Remove a row; the last one shows the cursor again."""
        with SHIELD, self._lock:
            self._rows.remove(row)
            self._finished += 1
            if self._rows:
                self.refresh()
            else:
                self.close()

    def close(self) -> None:
        """Restore the terminal, even if an earlier attempt was interrupted."""
        with SHIELD, self._lock:
            self._stop.set()
            self.stream.above = None
            self._is_open = False
            try:
                self._hide()
            except Exception:  # the terminal itself is gone: nothing is left to give back
                motion.over(self)
                raise
            motion.over(self)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Remove the bars and show the cursor while the block runs."""
        with self._lock:
            self._hide()
            yield
            if self._is_open:
                self._show()

    def renew(self) -> None:
        """Draw the bars below what others wrote where they were."""
        with self._lock:
            if self._live is not None:
                self._console.show_cursor(show=False)
                self.stream.write("\n" * self._height)

    def refresh(self) -> None:
        """Draw a frame now."""
        with self._lock:
            if self._live is not None:
                with writing(self.stream.file):
                    self._live.refresh()

    def _draw(self, stop: threading.Event) -> None:
        # A terminal that has gone ends the drawing, not the pull: who writes the last line is told.
        with suppress(OutputError, OSError, ValueError):
            while not stop.wait(1 / FRAMES_PER_SECOND):
                with self._lock:
                    if self._live is None and not stop.is_set():
                        self._show()
                    else:
                        self.refresh()

    def _show(self) -> None:
        """Hide the cursor and draw, unless the shell has the terminal: then a later frame tries."""
        if not self.stream.is_foreground:
            return
        self._live = Live(
            get_renderable=self._frame,
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._is_drawn = True
        with writing(self.stream.file):
            self._live.start(refresh=True)

    def _hide(self) -> None:
        with writing(self.stream.file):
            live, self._live = self._live, None
            if live is not None:
                live.stop()
            if self._is_drawn:
                self._console.show_cursor()
                self._is_drawn = False
            self._show_tab("")

    def _print(self, text: str) -> None:
        # One lock for frames and lines: neither may be drawn inside the other.
        with self._lock:
            self._console.print(Text(text), soft_wrap=True)

    def _frame(self) -> Group:
        # Read before each frame: the terminal may have been resized.
        width = self.stream.width - self._console.legacy_windows
        self._console.width = width
        rows = list(self._rows)
        self._show_tab(self._tab_state(rows))
        brief = len(rows) > 1
        # A ^C echoed at the end of the last line must not begin another one.
        width -= len("^C") if brief else 0
        lines = [line for row in rows for line in row.lines(width, brief=brief)]
        self._height = len(lines)
        return Group(*lines)

    def _show_tab(self, state: str) -> None:
        """Set the progress in the terminal's tab by OSC 9;4; an empty state removes it."""
        if self._tab_progress and state != self._shown_tab:
            self.stream.write(f"\x1b]9;4;{state or '0;0'}\x1b\\")
            self._shown_tab = state

    def _tab_state(self, rows: list[Row]) -> str:
        """Return the state of the tab for all pulls: 3 is busy, 1 a percentage."""
        snapshots = [row.snapshot() for row in rows]
        if not self._finished and not any(each.total for each in snapshots):
            return "3;0"
        done = self._finished + sum(each.fraction for each in snapshots)
        self._fraction = max(self._fraction, done / max(self._count, self._finished + len(rows)))
        return f"1;{int(self._fraction * 100 + 1e-9)}"


# Those in use, by the stream: two would draw over each other.
_BOARDS: Final[WeakValueDictionary[int, Board]] = WeakValueDictionary()
_LOCK: Final = threading.Lock()


def _board_on(stream: OutStream | TextIO) -> Board:
    """Return the board that is in use on a stream, else a new one."""
    with _LOCK:
        board = _BOARDS.get(id(stream))
        if board is None:
            board = _BOARDS[id(stream)] = Board(as_stream(stream))
    return board


class BarsReporter:
    """Show the model's bar and its current layer or phase; leave one line at the end.

    Events only change what the next frame shows. `stream` should have motion; `clock` returns
    seconds. Reporters that share a `board`, or else a stream, are drawn one below another, also by
    several threads; `label` identifies each.
    `stats`, if given, already counts each reported event; else the reporter counts them.
    """

    def __init__(
        self,
        stream: OutStream | TextIO,
        model: str = "",
        clock: Callable[[], float] = time.monotonic,
        *,
        board: Board | None = None,
        label: str = "",
        stats: PullStats | None = None,
    ) -> None:
        self._board = board or _board_on(stream)
        self._stream = self._board.stream
        self._row = Row(self._stream, model, clock, label, stats)

    def __enter__(self) -> Self:
        """Hide the cursor and start to draw."""
        self._row.start()
        self._board.add(self._row)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove the bars, show the cursor again, and leave one line."""
        self._board.remove(self._row)
        text = self._row.last_line(exc)
        if text:
            show_sentence(self._stream, text)

    def report(self, event: PullEvent) -> None:
        """Record one event; the next frame shows it."""
        self._row.report(event)

    def refresh(self) -> None:
        """Draw a frame now."""
        self._board.refresh()
