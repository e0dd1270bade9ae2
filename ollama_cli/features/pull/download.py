"""Pulls as every command makes them: planned, healed, shown, and written down."""

import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Self

from ollama_cli.config import resolve
from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.explain import explaining
from ollama_cli.features.pull import plan, summary
from ollama_cli.features.pull.follow import follow
from ollama_cli.features.pull.record import Record
from ollama_cli.features.pull.retry import Patience, heal
from ollama_cli.features.pull.summary import Summary
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.types.text import one_line
from ollama_cli.ui import export
from ollama_cli.ui.progress.choose import board, choose
from ollama_cli.ui.progress.reporter import PullProgressReporter
from ollama_cli.ui.progress.stats import PullStats


def settled_patience(
    context: Context, stall_timeout: str | None = None, retries: str | None = None
) -> Patience:
    """Settle how long a pull may stand still: by the options, else by the settings."""
    settled = context.settings
    stall, tries = settled.stall_timeout, settled.retries
    if stall_timeout is not None:
        stall = resolve.read("stall_timeout", stall_timeout, "--stall-timeout")
    if retries is not None:
        tries = resolve.read("retries", retries, "--retries")
    return Patience(stall=stall, silence=settled.timeouts.pull, retries=tries)


class Downloads:
    """The pulls of one command, one after another or some at once.

    Where there is more than one of `names`, each is shown with its number.
    """

    def __init__(
        self,
        context: Context,
        names: Sequence[str],
        *,
        mode: str = "auto",
        jobs: int = 1,
        patience: Patience | None = None,
    ) -> None:
        self._context = context
        self._names = names
        self._mode = mode
        self._jobs = jobs
        self._patience = patience or settled_patience(context)
        self._summaries: list[Summary] = []
        self._records: list[Record] = []
        self._watchers = Watchers()
        self._quiet = context.flags.quiet
        self._board = board(mode, context.err, context.environ, quiet=self._quiet, count=len(names))

    def run(self, *, insecure: bool, notify: bool) -> None:
        """Pull all, and sum them up; raises what `for_each` raises."""
        context, started = self._context, time.monotonic()
        is_over = False
        context.servers.registry()  # threads find it made
        try:
            for_each(context, self._names, partial(self.pull, insecure=insecure), jobs=self._jobs)
            is_over = True
        except OllamaCliError:
            is_over = True
            raise
        except (KeyboardInterrupt, InterruptError) as interrupt:
            self._clear()
            self._watchers.stop(interrupt)
            for record in self._records:
                record.end(interrupt)
            raise
        finally:
            self._clear()
            if context.output == "json":
                listed = {"models": [each.as_dict() for each in self._summaries]}
                export.show_document(context.out, "models-pull", listed)
            if is_over:
                self._tell_outcome(time.monotonic() - started, notify=notify)

    def pull(self, name: str, *, insecure: bool) -> None:
        """Pull one model; raises what ended it for good."""
        context = self._context
        context.permit(name)
        stats = PullStats()
        reporter = choose(
            self._mode,
            model=name,
            out=context.out,
            err=context.err,
            quiet=self._quiet,
            label=self._label(name),
            board=self._board,
            stats=stats,
        )
        record = Record(context, name, stats)
        self._records.append(record)
        try:
            with Summary(name, stats) as summed, record:
                self._summaries.append(summed)
                watched = self._watchers.of(reporter) if self._jobs > 1 else reporter
                follow(self._events(name, stats, insecure=insecure), watched)
                context.servers.forget_installed()
        finally:
            if self._jobs == 1:
                self._clear()

    def _clear(self) -> None:
        """Give the terminal back, also where a second signal came while the first one did so."""
        if self._board:
            self._board.close()

    def _tell_outcome(self, seconds: float, *, notify: bool) -> None:
        outcome = summary.outcome(self._summaries, len(self._names), seconds)
        if len(self._names) > 1 and self._is_told:
            self._context.err.line(outcome)
        if notify:
            summary.notify(self._context, outcome)

    @property
    def _is_told(self) -> bool:
        return not self._quiet and self._mode in {"auto", "bar", "plain"}

    def _label(self, name: str) -> str:
        """Give a pull's number for each of its lines, as some mingle, or tell it once before."""
        if len(self._names) < 2:  # noqa: PLR2004  one needs no number
            return ""
        label = f"[{self._names.index(name) + 1}/{len(self._names)}]"
        if self._jobs == 1 and self._is_told:
            self._context.err.line(f"{label} {one_line(name)}")
            return ""
        return label

    def _events(self, name: str, stats: PullStats, *, insecure: bool) -> Iterator[PullEvent]:
        if expected := plan.expected(self._context, name, insecure=insecure):
            stats.add(expected, time.monotonic())
            yield expected
        open_pull = partial(
            self._context.servers.ollama().pull,
            name,
            insecure=insecure,
            join=True,
            patience=self._patience.to_answer,
        )
        with explaining(self._context, name):  # before any of those around it tell of the error
            yield from heal(open_pull, self._patience, stats)


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
