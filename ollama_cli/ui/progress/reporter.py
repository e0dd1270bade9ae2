"""What a way to watch a pull must offer, and the run of a pull to its end."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from ollama_cli.errors import ProtocolError
from ollama_cli.types.pull_events import Error, PullEvent, Success
from ollama_cli.wire.pull_failures import error_of


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


def follow(events: Iterable[PullEvent], reporter: PullProgressReporter) -> None:
    """Show every event up to the first success, and close the stream on every way out.

    Raises what the table of failures has for an error event, PullError for most, and ProtocolError
    when the stream ends without success; errors of the stream itself pass through.
    """
    iterator = iter(events)
    with ExitStack() as stack:
        close: Callable[[], None] | None = getattr(iterator, "close", None)
        if close is not None:
            stack.callback(close)
        stack.enter_context(reporter)
        for event in iterator:
            reporter.report(event)
            match event:
                case Success():
                    return
                case Error(message):
                    raise error_of(message)
        raise ProtocolError(
            "the pull stream ended without success",
            hint="run the same command again: the download resumes where it stopped",
        )
