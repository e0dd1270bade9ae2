"""Completion of commands: of the word, then of the whole rest of the line."""

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ollama_cli.ui.line.line import Complete, last_part


class CommandCompleter(Completer):
    """Complete what is typed behind `/`, and nothing else."""

    def __init__(self, complete: Complete | None) -> None:
        self._complete = complete

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002  the library's signature
    ) -> Iterator[Completion]:
        """Yield what may stand in place of the last part."""
        replaced = -len(last_part(document.text_before_cursor))
        yield from (Completion(each, replaced) for each in self.found(document))

    def found(self, document: Document) -> list[str]:
        """Return what may stand in place of the last part of the line."""
        line = document.text_before_cursor
        if self._complete is None or line[:1] != "/" or "\n" in document.text:
            return []
        return list(self._complete(line))


def agreed(texts: list[str]) -> str:
    """Return how all the texts begin."""
    first, last = min(texts), max(texts)
    return next(
        (first[:at] for at, each in enumerate(first) if not last.startswith(each, at)), first
    )
