"""`chat`: answer one prompt, or begin a conversation."""

from dataclasses import replace
from functools import partial
from typing import Any

from ollama_cli.errors import ServerError
from ollama_cli.features.chat import answer, repl, request
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import Question
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.pull import auto
from ollama_cli.types.models import CHAT
from ollama_cli.types.requests import ChatRequest, EmbedRequest
from ollama_cli.ui.line import early


def talk(
    context: Context,
    prompt: str | None,
    model: str | None,
    options: AnswerOptions,
    vector: EmbedRequest | None = None,
) -> None:
    """Answer one prompt; without one, begin a conversation on a terminal.

    A model that only makes embeddings answers with a vector, if `vector` says how.
    """
    shared = request.shared_fields(context, options)
    asks_auto = request.asks_auto(context, options)
    system = request.read_system(context, options)
    opening: list[dict[str, Any]] = []
    if system is not None:
        opening.append({"role": "system", "content": system})
    images = request.read_images(context, options)
    text = request.read_prompt(context, prompt, options)  # last, as it reads the rest of stdin
    if text is None and not _is_interactive(context):
        raise request.no_prompt("chat", model)
    if text is not None:
        early.over()
    name = choose.chat_model(context, model)
    needs = capabilities.needs(images, shared["think"])
    if text is None and vector is not None:
        needs.append(CHAT)
    auto.call_with_pull(context, name, partial(capabilities.check, context, name, needs))
    chat_request = ChatRequest(model=name, messages=opening, **shared)
    if text is None:
        repl.run_conversation(context, chat_request, images, options, auto=asks_auto)
        return
    chat_request = replace(chat_request, messages=[*opening, request.question(text, images)])
    asked = Question(context, chat_request, auto=asks_auto)
    try:
        given = answer.show_answer(context, asked, options, "chat")
    except ServerError as error:
        if vector is None:
            raise
        from ollama_cli.features.chat.vectors import show_vector  # noqa: PLC0415  hardly ever: 1 ms

        embedded = replace(vector, model=name, keep_alive=shared["keep_alive"])
        show_vector(context, embedded, text, error)
        return
    answer.warn_of_small_context(context, asked, given)


def _is_interactive(context: Context) -> bool:
    is_text = context.output == "text"
    return context.prompter.can_ask() and context.out.is_terminal and is_text
