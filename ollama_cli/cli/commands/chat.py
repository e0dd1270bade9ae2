"""`ollama-cli chat`."""

from functools import partial
from typing import Annotated

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.cli.options import Model
from ollama_cli.features.chat import answer, repl
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Runtime
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.pull import auto


def command(
    ctx: typer.Context,
    prompt: Annotated[str | None, typer.Argument(help="What to ask.", metavar="PROMPT")] = None,
    model: Model = None,
    *,
    options: Options,
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
    fields = answer.request_fields(cli, options)
    system = answer.read_system(cli, options)
    opening = [] if system is None else [{"role": "system", "content": system}]
    pictures = answer.read_images(cli, options)
    text = answer.read_prompt(cli, prompt, options)  # last, as it takes what stdin still holds
    if text is None and not (cli.can_ask() and cli.out.is_terminal and cli.output == "text"):
        raise answer.no_prompt()
    name = choose.chat_model(cli, model)
    needs = capabilities.needs(pictures, fields["think"])
    auto.attempt(cli, name, partial(capabilities.check, cli, name, needs))
    if text is None:
        repl.hold(cli, name, opening, pictures, options, fields)
        return
    messages = [*opening, answer.question(text, pictures)]
    ask = partial(cli.provider().chat, name, messages, **fields)
    answer.show_answer(cli, ask, options, "chat", name)
    auto.compare_context(cli, name, fields["options"])
