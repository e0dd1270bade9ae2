"""`ollama-cli generate`."""

from typing import Annotated

import typer

from ollama_cli.cli.answer_options import Options
from ollama_cli.cli.options import Model
from ollama_cli.cli.prompt_options import Prompts
from ollama_cli.cli.tool_options import Tools
from ollama_cli.errors import UsageError
from ollama_cli.features.chat import answer, by_file, request, structure
from ollama_cli.features.chat.room import Question
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities
from ollama_cli.types.requests import GenerateRequest
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
    prompts: Prompts,
    tools: Tools,
) -> None:
    """Complete one prompt, without a conversation.

    The answer goes to stdout as it comes, everything else to stderr.

    Examples:
      ollama-cli generate "a haiku about tides"
      git diff | ollama-cli generate "a commit message"
      ollama-cli generate "a city" --schema "name, people int" -o json
      ollama-cli generate "what is the weather in Oslo?" --tools weather.py
    """
    context: Context = ctx.obj
    file, model, options = by_file.opened(context, prompts, model, options, is_single=True)
    tools.check(
        context.output,
        raw=raw,
        template=template,
        suffix=suffix,
        format=options.format,
        schema=options.schema,
        schema_multi=options.schema_multi,
    )
    if raw and (template is not None or options.system is not None):
        raise UsageError("--raw sends the prompt alone: leave out --system and --template")
    shared = request.shared_fields(context, options)
    form = structure.asked(context, options, bare=raw or suffix is not None)
    structure.refuse_thinking(form, shared["think"])
    system = request.read_system(context, options)
    images = request.read_images(context, options)
    replaced = None if template is None else inputs.read_text_or_file(template, context.stdin)
    given = by_file.asked(context, prompt, options, file)  # last: it reads the rest of stdin
    system, text = given.system if system is None else system, given.text
    if raw and system is not None:
        raise UsageError(f"--raw sends the prompt alone: {prompts.prompt_file} has a system prompt")
    if text is None:
        raise request.no_prompt("generate", model)
    if options.render is None and context.settings.render == "auto" and (raw or suffix is not None):
        options = options._replace(render="plain")  # text that continues a text is no Markdown
    box = request.open_tools(context, tools)
    needs = capabilities.needs(images, shared["think"], tools=box is not None)
    name = request.usable_model(context, options, model, needs, text)
    asks_auto, system = request.settle(
        context, options, name, shared, system, takes_system=not raw and suffix is None
    )
    asked = GenerateRequest(
        model=name,
        prompt=text,
        system=system,
        template=replaced,
        suffix=suffix,
        raw=raw,
        images=images,
        **shared,
    )
    sent = asked if box is None else request.as_chat(context, asked, box)
    question = Question(context, sent, auto=asks_auto, structure=form)
    shown = answer.show_answer(context, question, options, "generate", tools=box)
    answer.warn_of_small_context(context, question, shown)
