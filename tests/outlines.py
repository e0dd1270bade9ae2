"""What came of an exchange, in one line: for tables of recorded exchanges."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ollama_cli.errors import OllamaCliError
from ollama_cli.types.answer_events import ChatEvent, Done, ToolCall
from ollama_cli.types.answers import Answer


def outline_of_events(events: Iterator[ChatEvent]) -> Iterator[str]:
    """Say in short what came: how many of each kind, the calls, what the end tells."""
    kinds: Counter[str] = Counter()
    told: list[str] = []
    error: OllamaCliError | None = None
    try:
        for event in events:
            kinds[type(event).__name__] += 1
            match event:
                case ToolCall(name=name, arguments=arguments, id=identifier):
                    told.append(f"{name}({arguments}) id {'yes' if identifier else 'no'}")
                case Done(answer=answer):
                    told.append(
                        f"{answer.model} {answer.done_reason}: {len(answer.thinking)}+"
                        f"{len(answer.text)} characters, {answer.usage.prompt_tokens}+"
                        f"{answer.usage.completion_tokens} tokens"
                    )
                case _:
                    pass
    except OllamaCliError as found:
        error = found
    yield from (f"{kind} x{count}" for kind, count in kinds.items())
    yield from told
    if error is not None:
        yield outline_of_error(error)


def outline_of_error(error: OllamaCliError) -> str:
    """Say which error it is, and what it says."""
    status = f" http {error.http_status}" if error.http_status else ""
    return f"{type(error).__name__} exit {error.exit_code}{status}: {error.message!r}"


def end_of(events: Iterable[ChatEvent]) -> Answer:
    """Hear a whole answer, and give its end."""
    *_, last = events
    assert isinstance(last, Done)
    return last.answer
