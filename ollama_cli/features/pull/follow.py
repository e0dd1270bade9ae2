"""Follow a pull to its end."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack

from ollama_cli.errors import ProtocolError
from ollama_cli.types.pull_events import Error, PullEvent, Success
from ollama_cli.ui.progress.reporter import PullProgressReporter
from ollama_cli.wire.pull_failures import error_of


def follow(events: Iterable[PullEvent], reporter: PullProgressReporter) -> None:
    """Report every event up to the first success, and always close the stream.

    Raises for an error event what the table of failures has, PullError for most, and ProtocolError
    if the stream ends without success; errors of the stream itself pass through.
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
