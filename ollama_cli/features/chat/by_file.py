"""Where a prompt file may take part in a question: nothing of it is loaded unless one is named."""

from typing import TYPE_CHECKING

from ollama_cli.features.chat import request
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context
from ollama_cli.features.prompts.messages import Asked
from ollama_cli.features.prompts.options import PromptOptions

if TYPE_CHECKING:
    from ollama_cli.features.chat.prompted import Prompted


def opened(
    context: Context,
    prompts: PromptOptions,
    model: str | None,
    options: AnswerOptions,
    *,
    is_single: bool = False,
) -> "tuple[Prompted | None, str | None, AnswerOptions]":
    """Read the prompt file that is named, if one is; return it, and model and options with its own.

    Raises what `prompted` raises.
    """
    if prompts.prompt_file is None and not prompts.var:
        return None, model, options
    from ollama_cli.features.chat import prompted  # noqa: PLC0415  prompt files alone: 20 ms

    found = prompted.opened(context, prompts, is_single=is_single)
    return found, *found.settle(model, options)


def asked(
    context: Context,
    prompt: str | None,
    options: AnswerOptions,
    found: "Prompted | None",
    *,
    goes_on: bool = False,
) -> Asked:
    """Read what is asked: by the file, if there is one; it reads the rest of stdin.

    A session that `goes_on` takes no messages before the question.
    """
    if found is None:
        return Asked(text=request.read_prompt(context, prompt, options))
    return found.ask(prompt, options, goes_on=goes_on)
