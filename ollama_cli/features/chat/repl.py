"""A conversation on a terminal: a plain loop that survives errors and Ctrl-C."""

from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.chat import answer
from ollama_cli.features.chat.answer import Ask
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Runtime
from ollama_cli.features.pull import auto
from ollama_cli.types.answer_events import Text
from ollama_cli.ui.streams import show_error

_LEAVE: Final = frozenset({"/exit", "/bye", "/quit"})


def hold(
    cli: Runtime,
    model: str,
    messages: list[dict[str, Any]],
    pictures: list[str],
    options: AnswerOptions,
    fields: dict[str, Any],
) -> None:
    """Ask and answer until `/exit` or the end of input; an answer that is stopped is kept.

    `messages` stand before the first question, `pictures` (base64) go with it.
    """
    with suppress(ImportError):
        import_module("readline")  # line editing and history, where the system has them
    cli.attend()  # before the first question
    cli.note(f"talking with {model}; /exit or Ctrl-D leaves, Ctrl-C stops an answer")
    while (text := _ask()) is not None:
        if not text.strip():
            continue
        if text.startswith("/") and " " not in text.strip():
            cli.note(f"there is no {text.strip()}; /exit leaves")
            continue
        question = answer.question(text, pictures)
        pictures = []
        ask = partial(cli.provider().chat, model, [*messages, question], **fields)
        said = _answer(cli, ask, options, model)
        if said is not None:
            if not any(each["role"] == "assistant" for each in messages):  # once is enough
                auto.compare_context(cli, model, fields["options"])
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


def _answer(cli: Runtime, ask: Ask, options: AnswerOptions, model: str) -> str | None:
    """Show one answer and return what was said, also of a stopped one; None after an error."""
    said: list[str] = []
    try:
        with (
            answer.bursts(cli, ask, model) as bursts,
            answer.writer(cli, options, "chat", model) as writer,
        ):
            for burst in bursts:
                writer.show_burst(burst)
                said += [event.text for event in burst if isinstance(event, Text)]
    except KeyboardInterrupt:
        cli.note("stopped; the conversation goes on")
    except OllamaCliError as error:
        cli.explain(error)
        show_error(cli.err, error)
        return None
    return "".join(said)
