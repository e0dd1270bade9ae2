"""`ollama-cli generate`."""

from functools import partial
from typing import Annotated

import typer

from ollama_cli.commands import answering, model_choice, readiness, suitability
from ollama_cli.commands.answer_options import AnswerOptions
from ollama_cli.commands.options import Model
from ollama_cli.errors import UsageError
from ollama_cli.inputs import prompts
from ollama_cli.runtime import Runtime
from ollama_cli.values import replace


def command(
    ctx: typer.Context,
    prompt: Annotated[
        str | None, typer.Argument(help="What to complete.", metavar="PROMPT")
    ] = None,
    model: Model = None,
    raw: Annotated[bool, typer.Option("--raw", help="Send the prompt without a template.")] = False,
    template: Annotated[
        str | None, typer.Option(metavar="TEXT|@FILE", help="Replace the model's template.")
    ] = None,
    suffix: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What shall follow the answer.")
    ] = None,
    *,
    options: AnswerOptions,
) -> None:
    """Complete one prompt, without a conversation.

    The answer goes to stdout as it comes, everything else to stderr.

    Examples:
      ollama-cli generate "a haiku about tides"
      git diff | ollama-cli generate "a commit message"
      ollama-cli generate "a city" --format json -o json
    """
    cli: Runtime = ctx.obj
    if raw and (template is not None or options.system is not None):
        raise UsageError("--raw sends the prompt alone: leave out --system and --template")
    fields = answering.request_fields(cli, options) | {
        "system": answering.read_system(cli, options),
        "images": answering.read_images(cli, options),
        "template": None if template is None else prompts.text_or_file(template, cli.stdin),
        "suffix": suffix,
        "raw": raw,
    }
    text = answering.read_prompt(cli, prompt, options)  # last, as it takes what stdin still holds
    if text is None:
        raise answering.no_prompt()
    if options.render is None and cli.settings.render == "auto" and (raw or suffix is not None):
        options = replace(options, render="plain")  # what goes on with a text is no Markdown
    name = model_choice.chat_model(cli, model)
    needs = suitability.needs(fields["images"], fields["think"])
    readiness.attempt(cli, name, partial(suitability.check, cli, name, needs))
    ask = partial(cli.provider().generate, name, text, **fields)
    answering.show_answer(cli, ask, options, "generate", name)
    readiness.compare_context(cli, name, fields["options"])
