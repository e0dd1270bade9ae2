"""Write a pull into the history; a failure to do so is only a warning."""

import time
from typing import Final, Self

from ollama_cli.errors import ConfigError, InterruptError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.pull.history import History, Result
from ollama_cli.system import paths
from ollama_cli.types.text import sentence
from ollama_cli.ui.progress.stats import PullStats

_SUBJECT: Final = "the history"


class Record:
    """One pull in the history: its row begins and ends with the `with` block.

    `stats` counts the events of the pull.
    """

    def __init__(self, context: Context, model: str, stats: PullStats) -> None:
        self._context = context
        self._model = model
        self._history: History | None = None
        self._number = 0
        self._started = time.monotonic()
        self._stats = stats

    def __enter__(self) -> Self:
        # A demo server fetches nothing real.
        if self._context.settings.history and not self._context.flags.demo:
            host = self._context.servers.ollama().base_url
            path = paths.history_path()
            if path is None:
                return self
            try:
                history = History(path)
                self._number = history.begin(self._model, host)
                self._history = history
            except ConfigError as error:
                self._context.prompter.warn(error.message, about=_SUBJECT)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self.end(error)

    def end(self, error: BaseException | None) -> None:
        """Record how the pull ended; only the first call counts, from any thread."""
        history, self._history = self._history, None
        if history is None:
            return
        result, message = _outcome(error)
        try:
            history.end(
                self._number,
                result,
                seconds=time.monotonic() - self._started,
                fetched=self._stats.fetched_bytes,
                restarts=self._stats.restarts,
                error=message,
            )
        except ConfigError as failure:
            self._context.prompter.warn(failure.message, about=_SUBJECT)


def _outcome(error: BaseException | None) -> tuple[Result, str | None]:
    match error:
        case None:
            return "success", None
        case OllamaCliError():
            return "error", sentence(error.message)
        case KeyboardInterrupt() | InterruptError() | BrokenPipeError():
            return "interrupted", None
    return "error", sentence(f"{type(error).__name__}: {error}")
