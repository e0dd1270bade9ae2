"""`ollama-cli models pull`."""

import time
from collections.abc import Iterator
from typing import Annotated, Literal, Self

import typer

from ollama_cli import progress, services
from ollama_cli.commands.options import OUTPUT_HELP, AsJson
from ollama_cli.commands.several import for_each
from ollama_cli.errors import InterruptError, OllamaCliError, UsageError
from ollama_cli.events import PullEvent
from ollama_cli.output import documents
from ollama_cli.progress.stats import PullSnapshot, PullStats
from ollama_cli.runtime import Runtime


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
    output: Annotated[
        Literal["text", "json", "jsonl"], typer.Option("--output", "-o", help=OUTPUT_HELP)
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """Download models to the server; what is there already is not fetched again.

    An interrupted pull resumes where it stopped when the same command is run again.

    Examples:
      ollama-cli models pull llama3:8b
      ollama-cli models pull llama3.2 nomic-embed-text -q
      ollama-cli models pull llama3:8b -o jsonl
    """
    cli: Runtime = ctx.obj
    if mode == "json":
        cli.output = "jsonl"
    mode = "json" if cli.output == "jsonl" else mode
    for name in names:
        if not name.strip() or any(map(str.isspace, name)):
            raise UsageError(f"no model name: {name!r}")
    quiet = cli.flags.quiet
    summaries: list[_Summary] = []

    def pull(name: str) -> None:
        reporter = progress.choose(mode, model=name, out=cli.out, err=cli.err, quiet=quiet)
        with _Summary(name) as summary, cli.explaining():
            summaries.append(summary)
            joined = cli.output != "jsonl"
            events = cli.ollama().pull(name, insecure=insecure, join=joined)
            is_summed_up = cli.output == "json"
            progress.follow(summary.watch(events) if is_summed_up else events, reporter)
            cli.forget_installed()

    try:
        for_each(cli, names, pull)
    except (KeyboardInterrupt, InterruptError):
        if cli.output == "jsonl":
            cli.note("interrupted: run the same command again to resume")
        raise
    finally:
        if cli.output == "json":
            listed = {"models": [summary.as_dict() for summary in summaries]}
            documents.show_document(cli.out, "models-pull", listed)


class _Summary:
    """What one pull came to: bytes, seconds, and how it ended."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._stats = PullStats()
        self._snapshot: PullSnapshot | None = None
        self._started = time.monotonic()
        self._seconds = 0.0
        self._error: dict[str, object] | None = None
        self._status = "interrupted"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._seconds = time.monotonic() - self._started
        if error is None:
            self._status = "success"
        elif isinstance(error, OllamaCliError):
            self._status, self._error = "error", error.as_dict()

    def watch(self, events: "services.EventStream[PullEvent]") -> Iterator[PullEvent]:
        """Count the events on their way."""
        with events:
            for event in events:
                self._snapshot = self._stats.update(event, time.monotonic())
                yield event

    def as_dict(self) -> dict[str, object]:
        """Give the summary as programs read it."""
        return {
            "model": self._model,
            "status": self._status,
            "total": self._snapshot.total if self._snapshot else None,
            "completed": self._snapshot.completed if self._snapshot else None,
            "seconds": round(self._seconds, 3),
            "error": self._error,
        }
