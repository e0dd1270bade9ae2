"""One action on several models: a failure does not stop the rest, the exit code sums them up."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ollama_cli.errors import OllamaCliError, OutputError, PartialError, UnreachableError
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.types import threads
from ollama_cli.types.model_names import shortest
from ollama_cli.ui.sentences import show_error

_POLL_SECONDS: Final = 0.2


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names of different models: of those that mean the same one, the first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(shortest(name).lower(), name)
    return list(found.values())


def for_each(
    context: Context, names: Sequence[str], action: Callable[[str], object], *, jobs: int = 1
) -> None:
    """Do the action for each name, `jobs` at a time; raises the only error, or a summary.

    The summary has the code of the errors if all failed with the same one, else it is a
    PartialError. Each error is shown as it happens, equal hints only once. That a place cannot be
    reached is about no single one: it is shown at the end, once, and if nothing else was wrong it
    is the only error.
    """
    told = _Told(context)
    failures: dict[str, OllamaCliError] = {}

    def attempt(name: str) -> None:
        try:
            action(name)
        except OutputError:  # nobody would see the other results
            raise
        except OllamaCliError as error:
            failures[name] = error if len(names) == 1 else told.add(name, error)

    if jobs > 1 and len(names) > 1:
        _run_in_threads(names, attempt, jobs)
    else:
        for name in names:
            attempt(name)
    if failures:
        found = [failures[name] for name in names if name in failures]
        if len(found) == len(names) and told.all_alike(found):
            raise found[0]
        told.end()
        raise _summary_of(found, len(names))


class _Told:
    """What is shown of the errors of several items."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._hints: set[str | None] = set()
        self._away: dict[str, list[tuple[str, OllamaCliError]]] = {}

    def add(self, name: str, error: OllamaCliError) -> OllamaCliError:
        """Show an error, or keep it if it may not be about this item alone; return it explained."""
        shown = explain(error, self._context)
        if isinstance(shown, UnreachableError):
            self._away.setdefault(shown.message, []).append((name, shown))
        else:
            self._show(shown, name)
        return shown

    def all_alike(self, found: list[OllamaCliError]) -> bool:
        """Return whether all that failed did so as one and the same place cannot be reached."""
        return [*self._away] == [*{each.message for each in found}]

    def end(self) -> None:
        """Show what was kept: each once, with the name of the item if it is the only one."""
        for kept in self._away.values():
            name, error = kept[0]
            self._show(error, name if len(kept) == 1 else "")

    def _show(self, error: OllamaCliError, name: str) -> None:
        show_error(self._context.err, error, about=name, with_hint=error.hint not in self._hints)
        self._hints.add(error.hint)


def _summary_of(failures: list[OllamaCliError], count: int) -> OllamaCliError:
    first = failures[0]
    if count == 1:
        return first
    message = f"{len(failures)} of {count} failed"
    is_same_code = len(failures) == count and len({each.exit_code for each in failures}) == 1
    if not is_same_code:
        return PartialError(message)
    summary = OllamaCliError(message, http_status=first.http_status)
    summary.exit_code, summary.code = first.exit_code, first.code
    return summary


def _run_in_threads(names: Sequence[str], attempt: Callable[[str], object], jobs: int) -> None:
    """Work in threads; raises the first bug of any, and at once what a signal raises here.

    The threads end with the process: one that waits for a server cannot notice the signal.
    """
    waiting = deque(names)
    bugs: list[BaseException] = []

    def work() -> None:
        while waiting and not bugs:
            try:
                attempt(waiting.popleft())
            except IndexError:  # another thread was faster
                return
            except BaseException as error:  # noqa: BLE001  raised again by the main thread
                bugs.append(error)

    running = [threads.start(work) for _ in range(min(jobs, len(names)))]
    try:
        while not bugs and any(thread.is_alive() for thread in running):
            for thread in running:
                thread.join(_POLL_SECONDS / len(running))
    finally:
        waiting.clear()
    if bugs:
        raise bugs[0]
