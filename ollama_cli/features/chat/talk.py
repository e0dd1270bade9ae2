"""`chat`: answer one prompt, or begin a conversation."""

from dataclasses import replace
from functools import partial
from typing import Any

from ollama_cli.features.chat import answer, repl, request
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.pull import auto
from ollama_cli.types.requests import ChatRequest


def talk(context: Context, prompt: str | None, model: str | None, options: AnswerOptions) -> None:
    """Answer one prompt; without one, begin a conversation on a terminal."""
    shared = request.shared_fields(context, options)
    system = request.read_system(context, options)
    opening: list[dict[str, Any]] = []
    if system is not None:
        opening.append({"role": "system", "content": system})
    images = request.read_images(context, options)
    text = request.read_prompt(context, prompt, options)  # last, as it reads the rest of stdin
    if text is None and not _is_interactive(context):
        raise request.no_prompt("chat", model)
    name = choose.chat_model(context, model)
    needs = capabilities.needs(images, shared["think"])
    auto.call_with_pull(context, name, partial(capabilities.check, context, name, needs))
    chat_request = ChatRequest(model=name, messages=opening, **shared)
    if text is None:
        repl.run_conversation(context, chat_request, images, options)
        return
    chat_request = replace(chat_request, messages=[*opening, request.question(text, images)])
    ask = partial(context.servers.provider().answer, chat_request)
    answer.show_answer(context, ask, options, "chat", name)
    answer.warn_of_small_context(context, name, shared["options"])


def _is_interactive(context: Context) -> bool:
    is_text = context.output == "text"
    return context.prompter.can_ask() and context.out.is_terminal and is_text
