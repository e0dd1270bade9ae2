"""`ollama-cli chat`."""

from typing import Annotated

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.cli.options import Model
from ollama_cli.cli.prompt_options import Prompts
from ollama_cli.cli.tool_options import Tools
from ollama_cli.features.chat.options import USUAL, Sitting
from ollama_cli.features.chat.talk import talk
from ollama_cli.features.prompts.options import NONE as NO_FILE
from ollama_cli.features.tools.options import NONE


def declare(
    *,
    interactive: Annotated[
        bool,
        typer.Option("--interactive", "-I", help="Go on at the terminal after the first answer."),
    ] = False,
    continue_: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the session used last.")
    ] = False,
    session: Annotated[
        str | None,
        typer.Option("--session", metavar="ID|TITLE", help="Go on with this session."),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Save it as a session, also off a terminal.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="Save nothing, neither text nor history.")
    ] = False,
    no_preload: Annotated[
        bool,
        typer.Option("--no-preload", help="Load the model with the first question, not before."),
    ] = False,
) -> Sitting:
    """Declare the options about the session, and return their values."""
    return Sitting(interactive, continue_, session, save, private, not no_preload)


Where = Annotated[Sitting, declare]


def command(
    ctx: typer.Context,
    prompt: Annotated[str | None, typer.Argument(help="What to ask.", metavar="PROMPT")] = None,
    model: Model = None,
    *,
    where: Where = USUAL,
    options: Options,
    prompts: Prompts = NO_FILE,
    tools: Tools = NONE,
    accessible: Annotated[
        bool,
        typer.Option("--accessible", help="For screen readers: nothing moves, nothing is drawn."),
    ] = False,
) -> None:
    """Answer a prompt; without one, on a terminal, hold a conversation.

    The answer goes to stdout as it comes, thinking and everything else to stderr.

    Examples:
      ollama-cli chat "why is the sky blue?"
      ollama-cli chat -m llama3.2 -f report.txt "summarise"
      ollama-cli chat
      ollama-cli chat -c "and in one sentence?"
      git diff | ollama-cli chat -I "review this"
      ollama-cli chat "what is the weather in Oslo?" --tools weather.py
      git diff | ollama-cli chat -p review --var tone=kind
    """
    ctx.obj.set_flags(accessible=accessible or None)
    talk(ctx.obj, prompt, model, options, where=where, tools=tools, prompts=prompts)
