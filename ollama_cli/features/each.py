"""One action on several models: a failure does not stop the rest, the exit code sums them up."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ollama_cli.errors import OllamaCliError, OutputError, PartialError
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
    PartialError. Each error is shown as it happens, equal hints only once.
    """
    failures: dict[str, OllamaCliError] = {}
    hints: set[str | None] = set()

    def attempt(name: str) -> None:
        try:
            action(name)
        except OutputError:  # nobody would see the other results
            raise
        except OllamaCliError as error:
            failures[name] = error
            if len(names) > 1:
                shown = failures[name] = explain(error, context)
                show_error(context.err, shown, about=name, with_hint=shown.hint not in hints)
                hints.add(shown.hint)

    if jobs > 1 and len(names) > 1:
        _run_in_threads(names, attempt, jobs)
    else:
        for name in names:
            attempt(name)
    if failures:
        raise _summary_of([failures[name] for name in names if name in failures], len(names))


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
