"""The protocol of all progress reporters, and the reporter that shows nothing."""

from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from ollama_cli.types.pull_events import PullEvent


@runtime_checkable
class PullProgressReporter(Protocol):
    """A context manager that shows the events of one pull; parameters may have other names."""

    def __enter__(self) -> Self:
        """Start to show."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Stop, whatever happened, and leave the terminal clean."""
        ...

    def report(self, event: PullEvent, /) -> None:
        """Show one event."""
        ...


class SilentReporter:
    """Accept every event and show none."""

    def __enter__(self) -> Self:
        """Start without output."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop without output."""

    def report(self, event: PullEvent) -> None:
        """Show nothing."""
