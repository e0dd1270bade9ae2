"""`chat`: one prompt is answered, or a conversation begins."""

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
    """Answer one prompt, or begin a conversation where there is none and somebody to talk to."""
    shared = request.shared_fields(context, options)
    system = request.read_system(context, options)
    opening: list[dict[str, Any]] = []
    if system is not None:
        opening.append({"role": "system", "content": system})
    pictures = request.read_images(context, options)
    text = request.read_prompt(context, prompt, options)  # last, as it takes what stdin still holds
    if text is None and not _can_talk(context):
        raise request.no_prompt()
    name = choose.chat_model(context, model)
    needs = capabilities.needs(pictures, shared["think"])
    auto.call_with_pull(context, name, partial(capabilities.check, context, name, needs))
    asked = ChatRequest(model=name, messages=opening, **shared)
    if text is None:
        repl.hold(context, asked, pictures, options)
        return
    asked = replace(asked, messages=[*opening, request.question(text, pictures)])
    ask = partial(context.servers.provider().answer, asked)
    answer.show_answer(context, ask, options, "chat", name)
    answer.compare_context(context, name, shared["options"])


def _can_talk(context: Context) -> bool:
    is_text = context.output == "text"
    return context.prompter.can_ask() and context.out.is_terminal and is_text
