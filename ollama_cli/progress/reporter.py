"""What a way to watch a pull must offer, and the run of a pull to its end."""

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Protocol, Self, runtime_checkable

from ollama_cli.errors import ProtocolError, PullError
from ollama_cli.events import Error, PullEvent, Success
from ollama_cli.streams import sentence

_UNKNOWN: Final = re.compile(
    r"(?:^|\b(?:model|manifest)\b.*)file does not exist$"
    r"|\b(?:model|manifest|tag)(?: for)?(?: \S+)? not found\b"
    r"|\bmanifest: 404\b"
    r"|\bmanifest unknown\b",
    re.IGNORECASE,
)
_WORTH_REPEATING: Final = ("digest mismatch", "max retries exceeded", "unexpected EOF")


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

    Raises PullError when the server reports an error, ProtocolError when the stream ends without
    success; errors of the stream itself pass through.
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
                    raise _pull_error(message)
        raise ProtocolError(
            "the pull stream ended without success",
            hint="run the same command again: the download resumes where it stopped",
        )


def _pull_error(text: str) -> PullError:
    text = sentence(text)
    unknown = _UNKNOWN.search(text) is not None
    hint = None
    if unknown:
        hint = "check the name and the tag; https://ollama.com/library lists what there is"
    elif "server gave HTTP response to HTTPS client" in text:
        hint = "this registry speaks plain http: add --insecure, if you trust the way to it"
    elif any(words in text for words in _WORTH_REPEATING):
        hint = "run the same command again: the layers that are complete are kept"
    return PullError(f"pull failed: {text}", hint=hint, unknown=unknown)
