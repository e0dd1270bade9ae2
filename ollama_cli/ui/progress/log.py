"""A reporter that writes to a logger, for programs without a terminal."""

import io
import logging
from types import TracebackType
from typing import Final, Self

from ollama_cli.types.pull_events import PullEvent, Restart
from ollama_cli.ui.progress.lines import LinesReporter
from ollama_cli.ui.streams import OutStream

NAME: Final = "ollama_cli.pull"


class LoggingReporter:
    """Log the lines of LinesReporter: changes of state, and progress now and then.

    `logger` is that of `ollama_cli.pull` unless one is given. Restarts and a pull that ends early
    are warnings, all else is of the level INFO.
    """

    def __init__(self, logger: logging.Logger | None = None, model: str = "") -> None:
        self._log = _Log(logger or logging.getLogger(NAME))
        self._lines = LinesReporter(OutStream(self._log), model)

    def __enter__(self) -> Self:
        """Start the clock."""
        self._lines.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Log how far the pull came, if it ended early."""
        self._log.level = logging.WARNING
        self._lines.__exit__(exc_type, exc, traceback)

    def report(self, event: PullEvent) -> None:
        """Log a line if the event needs one."""
        self._log.level = logging.WARNING if isinstance(event, Restart) else logging.INFO
        self._lines.report(event)


class _Log(io.StringIO):
    """A text file whose lines are records of a logger."""

    level = logging.INFO

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__()
        self._logger = logger

    def write(self, text: str, /) -> int:
        self._logger.log(self.level, "%s", text.removesuffix("\n"))
        return len(text)
