"""A conversation on a terminal: a plain loop that survives errors and Ctrl-C."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.chat import answer, request
from ollama_cli.features.chat.answer import Ask
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.types.answer_events import Text
from ollama_cli.types.requests import ChatRequest
from ollama_cli.ui.streams import show_error

_LEAVE: Final = frozenset({"/exit", "/bye", "/quit"})


def hold(
    context: Context, opening: ChatRequest, pictures: Sequence[str], options: AnswerOptions
) -> None:
    """Ask and answer until `/exit` or the end of input; an answer that is stopped is kept.

    The messages of `opening` stand before the first question, `pictures` (base64) go with it.
    """
    with suppress(ImportError):  # line editing and history, where the system has them
        import readline  # noqa: F401, PLC0415  conversations alone: 1 ms

    model, messages = opening.model, [*opening.messages]
    context.servers.attend()  # before the first question
    context.prompter.note(f"talking with {model}; /exit or Ctrl-D leaves, Ctrl-C stops an answer")
    while (text := _ask()) is not None:
        if not text.strip():
            continue
        if text.startswith("/") and " " not in text.strip():
            context.prompter.note(f"there is no {text.strip()}; /exit leaves")
            continue
        question = request.question(text, pictures)
        pictures = []
        asked = replace(opening, messages=[*messages, question])
        said = _answer(context, partial(context.servers.provider().answer, asked), options, model)
        if said is not None:
            if not any(each["role"] == "assistant" for each in messages):  # once is enough
                answer.compare_context(context, model, opening.options or {})
            messages += [question, {"role": "assistant", "content": said}]


def _ask() -> str | None:
    try:
        text = input(">>> ")
    except EOFError:
        print()  # noqa: T201  the shell's prompt begins on a line of its own
        return None
    except KeyboardInterrupt:
        print()  # noqa: T201  likewise
        return ""
    return None if text.strip() in _LEAVE else text


def _answer(context: Context, ask: Ask, options: AnswerOptions, model: str) -> str | None:
    """Show one answer and return what was said, also of a stopped one; None after an error."""
    said: list[str] = []
    try:
        with (
            answer.bursts(context, ask, model) as bursts,
            answer.writer(context, options, "chat", model) as writer,
        ):
            for burst in bursts:
                writer.show_burst(burst)
                said += [event.text for event in burst if isinstance(event, Text)]
    except KeyboardInterrupt:
        context.prompter.note("stopped; the conversation goes on")
    except OllamaCliError as error:
        show_error(context.err, explain(error, context))
        return None
    return "".join(said)
