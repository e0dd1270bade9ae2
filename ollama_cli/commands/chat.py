"""`ollama-cli chat`."""

from functools import partial
from typing import Annotated

import typer

from ollama_cli.commands import answering, conversation, model_choice, readiness, suitability
from ollama_cli.commands.answer_options import AnswerOptions
from ollama_cli.commands.options import Model
from ollama_cli.runtime import Runtime


def command(
    ctx: typer.Context,
    prompt: Annotated[str | None, typer.Argument(help="What to ask.", metavar="PROMPT")] = None,
    model: Model = None,
    *,
    options: AnswerOptions,
) -> None:
    """Answer a prompt; without one, on a terminal, hold a conversation.

    The answer goes to stdout as it comes, thinking and everything else to stderr.

    Examples:
      ollama-cli chat "why is the sky blue?"
      ollama-cli chat -m llama3.2 -f report.txt "summarise"
      ollama-cli chat
    """
    talk(ctx.obj, prompt, model, options)


def talk(cli: Runtime, prompt: str | None, model: str | None, options: AnswerOptions) -> None:
    """Answer one prompt, or begin a conversation where there is none and somebody to talk to."""
    fields = answering.request_fields(cli, options)
    system = answering.read_system(cli, options)
    opening = [] if system is None else [{"role": "system", "content": system}]
    pictures = answering.read_images(cli, options)
    text = answering.read_prompt(cli, prompt, options)  # last, as it takes what stdin still holds
    if text is None and not (cli.can_ask() and cli.out.is_terminal and cli.output == "text"):
        raise answering.no_prompt()
    name = model_choice.chat_model(cli, model)
    needs = suitability.needs(pictures, fields["think"])
    readiness.attempt(cli, name, partial(suitability.check, cli, name, needs))
    if text is None:
        conversation.hold(cli, name, opening, pictures, options, fields)
        return
    messages = [*opening, answering.question(text, pictures)]
    ask = partial(cli.provider().chat, name, messages, **fields)
    answering.show_answer(cli, ask, options, "chat", name)
    readiness.compare_context(cli, name, fields["options"])
