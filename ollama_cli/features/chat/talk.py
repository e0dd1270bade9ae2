"""`chat`: answer one prompt, or begin a conversation."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ollama_cli.errors import ServerError
from ollama_cli.features.chat import answer, by_file, extract, request, sitting, structure
from ollama_cli.features.chat.options import USUAL, AnswerOptions, Sitting
from ollama_cli.features.chat.room import Question
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities
from ollama_cli.features.prompts.options import NONE as NO_FILE, PromptOptions
from ollama_cli.features.tools.options import NONE, ToolOptions
from ollama_cli.types.models import CHAT
from ollama_cli.types.requests import ChatRequest, EmbedRequest
from ollama_cli.ui.line import early

if TYPE_CHECKING:
    from ollama_cli.features.tools.toolbox import Toolbox


def talk(
    context: Context,
    prompt: str | None,
    model: str | None,
    options: AnswerOptions,
    vector: EmbedRequest | None = None,
    where: Sitting = USUAL,
    tools: ToolOptions = NONE,
    prompts: PromptOptions = NO_FILE,
) -> None:
    """Answer one prompt; without one, begin a conversation on a terminal.

    `where` tells in which session, `tools` what the model may call, and `prompts` by which file it
    is asked. A model that only makes embeddings answers with a vector, if `vector` says how.
    """
    sitting.check(context, where)
    file, model, options = by_file.opened(context, prompts, model, options)
    tools.check(
        context.output,
        format=options.format,
        schema=options.schema,
        schema_multi=options.schema_multi,
    )
    options = sitting.without_cache(options, where)
    if options.only_shows:
        where = sitting.looked_at(where)
    shared = request.shared_fields(context, options)
    form = structure.asked(context, options)
    session = sitting.resumed(context, where)
    shared["options"] = sitting.options_of(session, shared["options"])
    system = request.read_system(context, options)
    images = request.read_images(context, options)
    has_keys = sitting.has_keys(context, where)
    # Last, as it reads the rest of stdin.
    asked = by_file.asked(context, prompt, options, file, goes_on=session is not None)
    system, text = asked.system if system is None else system, asked.text
    if text is None and (options.only_shows or not has_keys):
        raise request.no_prompt("chat", model)
    is_long = text is None or where.interactive
    if is_long:
        sitting.refuse_cache(options)
        extract.refuse_conversation(options)
        structure.refuse_conversation(options)
    else:
        early.over()
    box = request.open_tools(context, tools)
    needs = capabilities.needs(images, shared["think"], tools=box is not None)
    if is_long and vector is not None:
        needs.append(CHAT)
    name = request.usable_model(context, options, sitting.model_of(session, model), needs, text)
    asks_auto, system = request.settle(
        context, options, name, shared, system, takes_system=session is None
    )
    chat_request = request.with_tools(ChatRequest(model=name, messages=[], **shared), box)
    saves = session is not None or (
        sitting.saves_one(context, where) and not _makes_vector(context, name, vector)
    )
    if is_long or saves:
        from ollama_cli.features.chat import opening  # noqa: PLC0415  what is saved alone: 10 ms

        opened = opening.Opened(
            context, chat_request, options, where, session, system, asks_auto, box, form, asked
        )
        opened.attach(options.image or [], images)
        ask = partial(opened.converse, text) if is_long else partial(opened.answer, text or "")
    else:
        messages = [
            *request.opening(system, asked.before),
            request.question(text or "", images),
        ]
        question = Question(
            context, replace(chat_request, messages=messages), auto=asks_auto, structure=form
        )
        ask = partial(_answer, context, question, options, box)
    try:
        ask()
    except ServerError as error:
        if vector is None or is_long:
            raise
        from ollama_cli.features.chat.vectors import show_vector  # noqa: PLC0415  hardly ever: 1 ms

        embedded = replace(vector, model=name, keep_alive=shared["keep_alive"])
        show_vector(context, embedded, text or "", error)


def _makes_vector(context: Context, model: str, vector: EmbedRequest | None) -> bool:
    """Return whether a vector is to be the answer, which is no part of a conversation."""
    return vector is not None and capabilities.only_embeds(context, model)


def _answer(
    context: Context, asked: Question, options: AnswerOptions, tools: "Toolbox | None"
) -> None:
    given = answer.show_answer(context, asked, options, "chat", tools=tools)
    answer.warn_of_small_context(context, asked, given)
