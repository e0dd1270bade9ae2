"""`ollama-cli generate`."""

from functools import partial
from typing import Annotated

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.cli.options import Model
from ollama_cli.errors import UsageError
from ollama_cli.features.chat import answer
from ollama_cli.features.context import Runtime
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.pull import auto
from ollama_cli.ui import inputs


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
    options: Options,
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
    fields = answer.request_fields(cli, options) | {
        "system": answer.read_system(cli, options),
        "images": answer.read_images(cli, options),
        "template": None if template is None else inputs.text_or_file(template, cli.stdin),
        "suffix": suffix,
        "raw": raw,
    }
    text = answer.read_prompt(cli, prompt, options)  # last, as it takes what stdin still holds
    if text is None:
        raise answer.no_prompt()
    if options.render is None and cli.settings.render == "auto" and (raw or suffix is not None):
        options = options._replace(render="plain")  # what goes on with a text is no Markdown
    name = choose.chat_model(cli, model)
    needs = capabilities.needs(fields["images"], fields["think"])
    auto.attempt(cli, name, partial(capabilities.check, cli, name, needs))
    ask = partial(cli.provider().generate, name, text, **fields)
    answer.show_answer(cli, ask, options, "generate", name)
    auto.compare_context(cli, name, fields["options"])
