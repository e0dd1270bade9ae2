"""One action on several models: a failure does not stop the rest, the exit code tells them all."""

from collections.abc import Callable, Sequence

from ollama_cli.errors import OllamaCliError, PartialError
from ollama_cli.runtime import Runtime
from ollama_cli.streams import show_error


def for_each(cli: Runtime, names: Sequence[str], action: Callable[[str], None]) -> None:
    """Do the action for each name; raises the one error, or what sums several up.

    Where all failed alike it is their own error, else PartialError; each is told as it happens.
    """
    failures: list[OllamaCliError] = []
    for name in names:
        try:
            action(name)
        except OllamaCliError as error:
            if len(names) == 1:
                raise
            cli.explain(error)
            show_error(cli.err, error, about=name)
            failures.append(error)
    if not failures:
        return
    message = f"{len(failures)} of {len(names)} failed"
    first = failures[0]
    alike = len(failures) == len(names) and len({each.exit_code for each in failures}) == 1
    if not alike:
        raise PartialError(message)
    summary = OllamaCliError(message, hint=first.hint, http_status=first.http_status)
    summary.exit_code, summary.code = first.exit_code, first.code
    raise summary
