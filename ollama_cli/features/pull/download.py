"""Pulls as every command makes them: planned, healed, shown, and written down."""

import time
from collections.abc import Iterator, Sequence
from functools import partial

from ollama_cli import services
from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.features.context import Runtime
from ollama_cli.features.each import for_each
from ollama_cli.features.pull import plan, summary
from ollama_cli.features.pull.record import Record, recorded
from ollama_cli.features.pull.summary import Summary, Watchers
from ollama_cli.types.pull_events import PullEvent
from ollama_cli.ui import export, progress
from ollama_cli.ui.streams import one_line


class Downloads:
    """The pulls of one command, one after another or some at once.

    Where there is more than one of `names`, each is shown with its number.
    """

    def __init__(
        self,
        cli: Runtime,
        names: Sequence[str],
        *,
        mode: str = "auto",
        jobs: int = 1,
        patience: "services.Patience | None" = None,
    ) -> None:
        self._cli = cli
        self._names = names
        self._mode = mode
        self._jobs = jobs
        self._patience = patience or summary.patience(cli)
        self._summaries: list[Summary] = []
        self._records: list[Record] = []
        self._watchers = Watchers()
        self._quiet = cli.flags.quiet
        self._sums_up = cli.output == "json" or len(names) > 1
        self._board = progress.board(
            mode, cli.err, cli.environ, quiet=self._quiet, count=len(names)
        )

    def run(self, *, insecure: bool, notify: bool) -> None:
        """Pull all, and sum them up; raises what `for_each` raises."""
        cli, started = self._cli, time.monotonic()
        self._sums_up = self._sums_up or notify
        is_over = False
        cli.registry()  # threads find it made
        try:
            for_each(cli, self._names, partial(self.pull, insecure=insecure), jobs=self._jobs)
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
            if cli.output == "json":
                listed = {"models": [summary.as_dict() for summary in self._summaries]}
                export.show_document(cli.out, "models-pull", listed)
            if is_over:
                self._tell_outcome(time.monotonic() - started, notify=notify)

    def pull(self, name: str, *, insecure: bool) -> None:
        """Pull one model; raises what ended it for good."""
        cli = self._cli
        cli.permit(name)
        reporter = progress.choose(
            self._mode,
            model=name,
            out=cli.out,
            err=cli.err,
            quiet=self._quiet,
            label=self._label(name),
            board=self._board,
        )
        record = recorded(cli, name)
        self._records.append(record)
        try:
            with Summary(name) as summary, record:
                self._summaries.append(summary)
                watched = self._watchers.of(reporter) if self._jobs > 1 else reporter
                events = record.watch(self._events(name, insecure=insecure))
                progress.follow(summary.watch(events) if self._sums_up else events, watched)
                cli.forget_installed()
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
            self._cli.err.line(outcome)
        if notify:
            summary.notify(self._cli, outcome)

    @property
    def _is_told(self) -> bool:
        return not self._quiet and self._mode in {"auto", "bar", "plain"}

    def _label(self, name: str) -> str:
        """Give a pull's number for each of its lines, as some mingle, or tell it once before."""
        if len(self._names) < 2:  # noqa: PLR2004  one needs no number
            return ""
        label = f"[{self._names.index(name) + 1}/{len(self._names)}]"
        if self._jobs == 1 and self._is_told:
            self._cli.err.line(f"{label} {one_line(name)}")
            return ""
        return label

    def _events(self, name: str, *, insecure: bool) -> Iterator[PullEvent]:
        if expected := plan.expected(self._cli, name, insecure=insecure):
            yield expected
        open_pull = partial(
            self._cli.ollama().pull,
            name,
            insecure=insecure,
            join=True,
            patience=self._patience.to_answer,
        )
        with self._cli.explaining(name):  # before any of those around it tell of the error
            yield from services.heal(open_pull, self._patience)
