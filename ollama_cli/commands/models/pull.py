"""`ollama-cli models pull`."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

import typer

from ollama_cli import progress, services
from ollama_cli.commands import pulling
from ollama_cli.commands.options import OUTPUT_HELP, AsJson
from ollama_cli.commands.pulling import Summary, Watchers
from ollama_cli.commands.several import for_each
from ollama_cli.errors import InterruptError, OllamaCliError, UsageError
from ollama_cli.events import PullEvent
from ollama_cli.output import documents
from ollama_cli.runtime import Runtime
from ollama_cli.streams import one_line


def command(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Models to download.", metavar="NAME...")],
    mode: Annotated[
        Literal["auto", "bar", "plain", "json", "none"],
        typer.Option("--progress", help="How to show progress, on stderr; json is -o jsonl."),
    ] = "auto",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Let the server use plain http for this registry.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="How many models to pull at a time.")
    ] = 1,
    stall_timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Begin again when no byte was gained for so long."),
    ] = None,
    retries: Annotated[
        str | None,
        typer.Option(metavar="N|inf", help="Further tries without a byte gained. [default: 8]"),
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Ring at the end; post a message where possible.")
    ] = False,
    output: Annotated[
        Literal["text", "json", "jsonl"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Download models to the server; what is there already is not fetched again.

    A pull that stands still, is cut or fails on the way is begun again, and resumes where it was.
    An interrupted one resumes when the same command is run again.

    Examples:
      ollama-cli models pull llama3:8b
      ollama-cli models pull llama3.2 nomic-embed-text -j 2
      ollama-cli models pull qwen3:32b --retries inf --stall-timeout 60 --notify
      ollama-cli models pull llama3:8b -o jsonl
    """
    cli: Runtime = ctx.obj
    if mode == "json":
        cli.output = "jsonl"
    mode = "json" if cli.output == "jsonl" else mode
    for name in names:
        if not name.strip() or any(map(str.isspace, name)):
            raise UsageError(f"no model name: {name!r}")
    downloads = Downloads(cli, list(dict.fromkeys(names)), mode, jobs)
    downloads.patience = pulling.patience(cli, stall_timeout, retries)
    downloads.insecure = insecure
    downloads.run(notify=notify)


class Downloads:
    """The pulls of one command, one after another or some at once."""

    patience: "services.Patience"
    insecure = False

    def __init__(self, cli: Runtime, names: list[str], mode: str, jobs: int) -> None:
        self._cli = cli
        self._names = names
        self._mode = mode
        self._jobs = jobs
        self._summaries: list[Summary] = []
        self._watchers = Watchers()
        self._quiet = cli.flags.quiet
        self._board = progress.board(mode, cli.err, cli.environ, quiet=self._quiet)

    def run(self, *, notify: bool) -> None:
        """Pull all; raises what `for_each` raises."""
        cli, started = self._cli, time.monotonic()
        is_over = False
        try:
            for_each(cli, self._names, self._pull, jobs=self._jobs)
            is_over = True
        except OllamaCliError:
            is_over = True
            raise
        except (KeyboardInterrupt, InterruptError) as interrupt:
            self._watchers.stop(interrupt)
            if cli.output == "jsonl":
                cli.note("interrupted: run the same command again to resume")
            raise
        finally:
            if cli.output == "json":
                listed = {"models": [summary.as_dict() for summary in self._summaries]}
                documents.show_document(cli.out, "models-pull", listed)
            outcome = pulling.outcome(self._summaries, len(self._names), time.monotonic() - started)
            if is_over and len(self._names) > 1 and self._is_told:
                cli.err.line(outcome)
            if is_over and notify:
                pulling.notify(cli, outcome)

    @property
    def _is_told(self) -> bool:
        return not self._quiet and self._mode in {"auto", "bar", "plain"}

    def _pull(self, name: str) -> None:
        cli = self._cli
        label = ""
        if len(self._names) > 1:
            label = f"[{self._names.index(name) + 1}/{len(self._names)}]"
        if label and self._jobs == 1 and self._is_told:
            cli.err.line(f"{label} {one_line(name)}")
            label = ""
        reporter = progress.choose(
            self._mode,
            model=name,
            out=cli.out,
            err=cli.err,
            quiet=self._quiet,
            label=label,
            board=self._board,
        )
        with Summary(name) as summary, cli.explaining(name):
            self._summaries.append(summary)
            watched = self._watchers.of(reporter) if self._jobs > 1 else reporter
            progress.follow(summary.watch(self._events(name)), watched)
            cli.forget_installed()

    def _events(self, name: str) -> Iterator[PullEvent]:
        open_pull = partial(
            self._cli.ollama().pull,
            name,
            insecure=self.insecure,
            join=self._cli.output != "jsonl",
            patience=self.patience.to_answer,
        )
        return services.heal(open_pull, self.patience)
