"""The pulls of a command: each is planned, retried, shown, and recorded in the history."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
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


def resolve_patience(
    context: Context, stall_timeout: str | None = None, retries: str | None = None
) -> Patience:
    """Resolve how long a pull may stand still: from the options, else from the settings."""
    settled = context.settings
    stall = settled.stall_timeout
    tries = None if settled.origins["retries"] == "default" else settled.retries
    if stall_timeout is not None:
        stall = resolve.read("stall_timeout", stall_timeout, "--stall-timeout")
    if retries is not None:
        tries = resolve.read("retries", retries, "--retries")
    return Patience(stall=stall, silence=settled.timeouts.pull, retries=tries)


class Downloads:
    """The pulls of one command, one after another or several at once.

    If there are several `names`, each is shown with its number.
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
        mode = "plain" if mode == "auto" and context.settings.accessible else mode
        self._mode = mode
        self._jobs = jobs
        self._patience = patience or resolve_patience(context)
        self._summaries: list[Summary] = []
        self._records: list[Record] = []
        self._reporters = _ActiveReporters()
        self._quiet = context.flags.quiet
        self._board = board(mode, context.err, context.environ, quiet=self._quiet, count=len(names))

    def run(self, *, insecure: bool, notify: bool) -> None:
        """Pull all and show a summary; raises what `for_each` raises."""
        context, started = self._context, time.monotonic()
        is_done = False
        context.servers.registry()  # made before the threads use it
        try:
            for_each(context, self._names, partial(self.pull, insecure=insecure), jobs=self._jobs)
            is_done = True
        except OllamaCliError:
            is_done = True
            raise
        except (KeyboardInterrupt, InterruptError) as interrupt:
            self._clear()
            self._reporters.stop(interrupt)
            for record in self._records:
                record.end(interrupt)
            raise
        finally:
            self._clear()
            if context.output == "json":
                listed = {"models": [each.as_dict() for each in self._summaries]}
                export.show_document(context.out, "models-pull", listed)
            if is_done:
                self._show_outcome(time.monotonic() - started, notify=notify)

    def pull(
        self,
        name: str,
        *,
        insecure: bool,
        show: Callable[[PullStats], PullProgressReporter] | None = None,
    ) -> Summary:
        """Pull one model, and return how it went; raises the final error.

        `show` makes another reporter than the usual one of the mode.
        """
        context = self._context
        context.permit(name)
        stats = PullStats()
        reporter = show(stats) if show else self._reporter(name, stats)
        record = Record(context, name, stats)
        self._records.append(record)
        try:
            with Summary(name, stats) as summarized, record:
                self._summaries.append(summarized)
                guarded = self._reporters.add(reporter) if self._jobs > 1 else reporter
                follow(self._events(name, stats, insecure=insecure), guarded)
                context.servers.forget_installed()
            return summarized
        finally:
            if self._jobs == 1:
                self._clear()

    def _reporter(self, name: str, stats: PullStats) -> PullProgressReporter:
        return choose(
            self._mode,
            self._context.out if self._mode == "json" else self._context.err,
            name,
            notes=self._context.err,
            quiet=self._quiet,
            label=self._label(name),
            board=self._board,
            stats=stats,
        )

    def _clear(self) -> None:
        """Clear the terminal, also after a second signal in the middle of it."""
        if self._board:
            self._board.close()

    def _show_outcome(self, seconds: float, *, notify: bool) -> None:
        outcome = summary.outcome(self._summaries, len(self._names), seconds)
        if len(self._names) > 1 and self._shows_text:
            self._context.err.line(outcome)
        if notify:
            summary.notify(self._context, outcome)

    @property
    def _shows_text(self) -> bool:
        return not self._quiet and self._mode in {"auto", "bar", "plain"}

    def _label(self, name: str) -> str:
        """Return a number for each line of parallel pulls; else show it once and return ''."""
        if len(self._names) < 2:  # noqa: PLR2004  one needs no number
            return ""
        label = f"[{self._names.index(name) + 1}/{len(self._names)}]"
        if self._jobs == 1 and self._shows_text:
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
            patience=self._patience.answer_timeout,
        )
        with explaining(self._context, name):  # explained before any outer block shows the error
            yield from heal(open_pull, self._patience, stats, model=name)


class _ActiveReporters:
    """The reporters of the running pulls; a signal stops them all."""

    def __init__(self) -> None:
        self._active: list[_GuardedReporter] = []
        self._is_stopped = False

    def add(self, reporter: PullProgressReporter) -> PullProgressReporter:
        """Add a reporter; returns one that is safe to stop from another thread."""
        guarded = _GuardedReporter(reporter, is_done=self._is_stopped)
        self._active.append(guarded)
        return guarded

    def stop(self, exc: BaseException) -> None:
        """Make each reporter show its last state; after that no reporter shows anything."""
        self._is_stopped = True
        for guarded in self._active:
            guarded.__exit__(type(exc), exc, exc.__traceback__)


class _GuardedReporter:
    """A reporter that is entered and left once, by the first thread that does so."""

    def __init__(self, reporter: PullProgressReporter, *, is_done: bool) -> None:
        self._reporter = reporter
        self._lock = threading.Lock()
        self._is_shown, self._is_stopped = False, is_done

    def __enter__(self) -> Self:
        with self._lock:
            self._is_shown = not self._is_stopped
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
            self._is_stopped = True
        if was_shown:
            self._reporter.__exit__(exc_type, exc, traceback)

    def report(self, event: PullEvent) -> None:
        if self._is_shown:
            self._reporter.report(event)
