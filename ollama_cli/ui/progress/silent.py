"""Shows nothing of a pull."""

from types import TracebackType
from typing import Self

from ollama_cli.types.pull_events import PullEvent


class SilentReporter:
    """Take every event and show none."""

    def __enter__(self) -> Self:
        """Begin to show nothing."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave as silently."""

    def report(self, event: PullEvent) -> None:
        """Show nothing."""
