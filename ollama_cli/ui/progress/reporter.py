"""What a way to watch a pull must offer, and the one that shows nothing."""

from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from ollama_cli.types.pull_events import PullEvent


@runtime_checkable
class PullProgressReporter(Protocol):
    """A context manager that shows the events of one pull."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop to show, whatever happened, and leave the terminal clean."""
        ...

    def report(self, event: PullEvent) -> None:
        """Show one event."""
        ...


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
