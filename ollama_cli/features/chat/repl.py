"""A conversation on a terminal: a simple loop that goes on after errors and Ctrl-C."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.chat import answer, request
from ollama_cli.features.chat.ending import Heard, warn_of_end
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import Question
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.system import signals
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.answer_events import Text
from ollama_cli.types.requests import ChatRequest
from ollama_cli.ui import motion
from ollama_cli.ui.line.line import Line
from ollama_cli.ui.sentences import show_error

_LEAVE_COMMANDS: Final = frozenset({"/exit", "/bye", "/quit"})


def run_conversation(
    context: Context,
    opening: ChatRequest,
    images: Sequence[str],
    options: AnswerOptions,
    *,
    auto: bool,
) -> None:
    """Ask and answer until `/exit` or the end of input; a stopped answer is kept.

    The messages of `opening` come before the first question, `images` (base64) are part of it.
    With `auto` the context grows where a question needs it.
    """
    context.servers.ensure_running()  # before the first question
    context.prompter.note(
        f"talking with {opening.model}; /exit or Ctrl-D leaves, Ctrl-C stops an answer"
    )
    from ollama_cli.ui.line.choose import choose  # noqa: PLC0415  conversations alone: 2 ms

    signals.outlive_ctrl_c()
    with (
        SHIELD,
        closing(
            choose(context.out, context.prompter, context.environ, keys=context.settings.keys)
        ) as line,
    ):
        _converse(context, line, opening, images, options, auto=auto)


def _converse(
    context: Context,
    line: Line,
    opening: ChatRequest,
    images: Sequence[str],
    options: AnswerOptions,
    *,
    auto: bool,
) -> None:
    """Ask and answer; signals come while a line or an answer is waited for."""
    messages = [*opening.messages]
    was_answered = False  # once: then all that is warned of once has been
    while (text := _ask(line)) is not None:
        if not text.strip():
            continue
        if text.startswith("/") and " " not in text.strip():
            context.prompter.note(f"there is no {text.strip()}; /exit leaves")
            continue
        question = request.question(text, images)
        images = []
        asked = Question(context, replace(opening, messages=[*messages, question]), auto=auto)
        heard = Heard(context, asked)
        reply = _answer(context, asked, heard, options)
        opening = replace(opening, options=asked.request.options)  # room that was made stays
        if reply is not None:
            answer.warn_of_small_context(context, asked, None if was_answered else heard.answer)
            was_answered = was_answered or heard.answer is not None
            messages += [question, {"role": "assistant", "content": reply}]


def _ask(line: Line) -> str | None:
    try:
        text = line.read().text
    except EOFError:
        return None
    return None if text.strip() in _LEAVE_COMMANDS else text


def _answer(
    context: Context, question: Question, heard: Heard, options: AnswerOptions
) -> str | None:
    """Show one answer and return its text, also if it was stopped; None after an error."""
    texts: list[str] = []

    def show() -> None:
        with (
            answer.bursts(context, question) as bursts,
            answer.writer(context, options, "chat", question.request.model) as writer,
        ):
            for burst in bursts:
                writer.show_burst(heard.hear(burst))
                texts.extend(event.text for event in burst if isinstance(event, Text))

    try:
        signals.let_in(show)
    except KeyboardInterrupt:
        motion.end()
        signals.go_on()
        context.prompter.note("stopped; the conversation goes on")
    except OllamaCliError as error:
        show_error(context.err, explain(error, context))
        return None
    warn_of_end(context, heard)
    return "".join(texts)
