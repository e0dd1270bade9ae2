"""Has the history tell of a pull; that it cannot is a warning and never the pull's failure."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Self

from ollama_cli.errors import ConfigError, InterruptError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.pull.history import History, Result
from ollama_cli.system import paths
from ollama_cli.types.pull_events import ChunkProgress, PullEvent, Restart
from ollama_cli.types.text import sentence


def recorded(context: Context, model: str) -> "Record":
    """Make the record of one pull: it begins with the block around the pull, and ends with it."""
    return Record(context, model)


class Record:
    """What the history is told of one pull."""

    def __init__(self, context: Context, model: str) -> None:
        self._context = context
        self._model = model
        self._history: History | None = None
        self._number = 0
        self._started = time.monotonic()
        self._seen: dict[str, int] = {}
        self._fetched = 0
        self._restarts = 0

    def __enter__(self) -> Self:
        # What a demo server pretends to fetch is nothing to remember.
        if self._context.settings.history and not self._context.flags.demo:
            host = self._context.servers.ollama().base_url
            try:
                history = History(paths.history_path())
                self._number = history.begin(self._model, host)
                self._history = history
            except ConfigError as error:
                self._context.prompter.warn(error.message)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self.end(error)

    def end(self, error: BaseException | None) -> None:
        """Write down how it ended; the first end counts, whichever thread tells it."""
        history, self._history = self._history, None
        if history is None:
            return
        result, told = _outcome(error)
        try:
            history.end(
                self._number,
                result,
                seconds=time.monotonic() - self._started,
                fetched=self._fetched,
                restarts=self._restarts,
                error=told,
            )
        except ConfigError as failure:
            self._context.prompter.warn(failure.message)

    def watch(self, events: Iterable[PullEvent]) -> Iterator[PullEvent]:
        """Count the events on their way; closing this closes them."""
        with ExitStack() as stack:
            if close := getattr(events, "close", None):
                stack.callback(close)
            for event in events:
                match event:
                    case ChunkProgress(digest, _, completed):
                        self._count(digest, completed or 0)
                    case Restart():
                        self._restarts += 1
                yield event

    def _count(self, digest: str, completed: int) -> None:
        # What is there when a layer is first told of was fetched by an earlier pull.
        self._fetched += max(0, completed - self._seen.get(digest, completed))
        self._seen[digest] = completed


def _outcome(error: BaseException | None) -> tuple[Result, str | None]:
    match error:
        case None:
            return "success", None
        case OllamaCliError():
            return "error", sentence(error.message)
        case KeyboardInterrupt() | InterruptError() | BrokenPipeError():
            return "interrupted", None
    return "error", sentence(f"{type(error).__name__}: {error}")
