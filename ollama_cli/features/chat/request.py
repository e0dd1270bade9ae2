"""The parts of a request, from arguments, options, files and stdin."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Any, Final, TypedDict

from ollama_cli.config import resolve
from ollama_cli.config.parsers import read_keep_alive
from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.chat import extract, structure
from ollama_cli.features.chat.images import encode_image
from ollama_cli.features.chat.model_options import read_options
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import AUTO
from ollama_cli.features.context import Context
from ollama_cli.features.models import capabilities, choose
from ollama_cli.features.prompts.messages import Message
from ollama_cli.features.pull import auto
from ollama_cli.features.tools.options import ToolOptions
from ollama_cli.types.answers import Think
from ollama_cli.types.requests import ChatRequest, GenerateRequest
from ollama_cli.ui import inputs

if TYPE_CHECKING:
    from ollama_cli.features.tools.toolbox import Toolbox

THINK_LEVELS: Final[dict[str, Think]] = {
    "true": True,
    "false": False,
    "low": "low",
    "medium": "medium",
    "high": "high",
    "max": "max",
}


class SharedFields(TypedDict):
    """The fields that chat and generate requests share, by the names of ChatRequest."""

    format: str | dict[str, Any] | None
    options: dict[str, Any]
    think: Think | None
    keep_alive: str | float | None
    gather: bool
    join: bool
    truncate: bool
    logprobs: int | None


def shared_fields(context: Context, options: AnswerOptions) -> SharedFields:
    """Read the options that chat and generate share; UsageError for a bad one.

    Those of the model are the ones that were given: `settle` adds the others.
    """
    if options.only_shows:
        from ollama_cli.features.chat import shown  # noqa: PLC0415  hardly ever: 4 ms

        shown.check(context, options)
    auto.set_auto_pull(context, options.auto_pull)
    context.set_flags(cache="false" if options.no_cache else options.cache)
    extract.check(context, options)
    num_ctx = _typed("num_ctx", options.num_ctx)
    shortcuts = {
        "temperature": _typed("temperature", options.temperature),
        "seed": options.seed,
        "num_ctx": None if num_ctx == AUTO else num_ctx,
        "num_predict": _typed("max_tokens", options.max_tokens),
        "top_p": _typed("top_p", options.top_p),
        "stop": options.stop,
    }
    model_options, warnings = read_options(options.option or [], shortcuts)
    for warning in warnings:
        context.prompter.warn(warning)
    return {
        "format": structure.read_format(context, options.format),
        "options": model_options,
        "think": _read_think(options.think),
        "keep_alive": _keep_alive(context, options.keep_alive),
        "gather": context.output == "json",
        "join": context.output != "jsonl",
        "truncate": bool(options.truncate),
        "logprobs": _logprobs(context, options),
    }


def defaults(context: Context, model: str) -> dict[str, Any]:
    """Return the options of a model by the settings, those of `[models.NAME]` before the others."""
    settings = context.settings.for_model(model)
    found = {
        "temperature": settings.temperature,
        "num_ctx": None if settings.num_ctx == AUTO else settings.num_ctx,
        "num_predict": settings.max_tokens,
        "top_p": settings.top_p,
    }
    return {name: value for name, value in found.items() if value is not None}


def settle(
    context: Context,
    options: AnswerOptions,
    model: str,
    shared: SharedFields,
    system: str | None = None,
    *,
    takes_system: bool = True,
) -> tuple[bool, str | None]:
    """Put what the settings say for a model below what was given, in its options.

    Returns what `asks_auto` tells, and the system prompt, which only where the question
    `takes_system` is that of the settings.
    """
    below = defaults(context, model)
    if _typed("num_ctx", options.num_ctx) == AUTO:
        below.pop("num_ctx", None)
    shared["options"] = {**below, **shared["options"]}
    if system is None and takes_system:
        system = context.settings.for_model(model).system
    return asks_auto(context, options, model), system


def asks_auto(context: Context, options: AnswerOptions, model: str) -> bool:
    """Return whether the context shall be as large as the prompt needs it, which servers tell."""
    if options.curl:
        return False
    if options.num_ctx is not None:
        return bool(_typed("num_ctx", options.num_ctx) == AUTO)
    if any(pair.partition("=")[0].strip() == "num_ctx" for pair in options.option or []):
        return False
    return context.settings.for_model(model).num_ctx == AUTO


def usable_model(
    context: Context,
    options: AnswerOptions,
    named: str | None,
    needs: Sequence[str],
    text: str | None = None,
) -> str:
    """Choose the model, and check that it is allowed and able to do what the question needs.

    Where nothing is sent, it must be named. On a terminal a note tells where the `text` may have
    been meant for its name, or for that of a file. Raises what `choose` and `capabilities` raise.
    """
    if options.curl:
        return choose.named_model(context, named)
    name = choose.chat_model(context, named)
    auto.call_with_pull(context, name, partial(capabilities.check, context, name, needs))
    if text is not None and context.err.is_terminal:
        if _is_file(text):
            context.prompter.note(f"{text!r} is the question here; the file: -f {quote(text[1:])}")
        elif named is None:
            choose.note_name_as_question(context, text)
    return name


def _is_file(text: str) -> bool:
    """Return whether a text is `@` and the name of a file, as other programs have it."""
    return text.startswith("@") and os.path.isfile(text[1:])  # noqa: PTH113  False for any text


def open_tools(context: Context, options: ToolOptions) -> "Toolbox | None":
    """Start the tools that the options name, until the end of the run; None if they name none.

    Raises what Toolbox raises. No request was sent so far, and none is sent by it.
    """
    if not options.names:
        return None
    from ollama_cli.features.tools.toolbox import Toolbox  # noqa: PLC0415  tools alone: 9 ms

    return context.opened.enter_context(Toolbox(context, options))


def with_tools(asked: ChatRequest, tools: "Toolbox | None") -> ChatRequest:
    """Return a request with tools; its answers are kept whole, as they are sent back."""
    return (
        asked if tools is None else replace(asked, tools=tools.wire, gather=True, takes_unread=True)
    )


def as_chat(context: Context, asked: GenerateRequest, tools: "Toolbox") -> ChatRequest:
    """Return a prompt as a conversation, as only these have tools; `-v` tells."""
    if context.flags.verbose:
        context.prompter.note("with tools the prompt goes through /api/chat")
    system = [] if asked.system is None else [{"role": "system", "content": asked.system}]
    found = ChatRequest(
        model=asked.model,
        messages=[*system, question(asked.prompt, asked.images)],
        options=asked.options,
        think=asked.think,
        keep_alive=asked.keep_alive,
        join=asked.join,
        truncate=asked.truncate,
        logprobs=asked.logprobs,
    )
    return with_tools(found, tools)


def read_prompt(context: Context, argument: str | None, options: AnswerOptions) -> str | None:
    """Read all parts of the prompt; None if there is none, UsageError if it is blank.

    UsageError also if it is the name of one more file, as a shell makes it of `-f *.txt`.
    """
    if argument and (options.file or options.image):
        from ollama_cli.features.chat.globs import refuse_glob  # noqa: PLC0415  files alone: 1 ms

        refuse_glob(argument, options.file, options.image)
    text = inputs.gather(
        argument,
        options.file or [],
        context.stdin,
        use_stdin=not options.no_stdin,
        on_silence=context.prompter.note_waiting,
    )
    if text is not None and not text.strip() and not options.image:
        raise UsageError("the prompt is empty", hint="is a variable in it unset?")
    return text


def no_prompt(command: str, model: str | None) -> UsageError:
    """Return the error for a missing prompt without a terminal to ask on."""
    hint = "give one: as an argument, with -f FILE, or through a pipe"
    if model and " " in model.strip():  # -m took the prompt
        hint = f'name a model, or leave out -m: `ollama-cli {command} -m MODEL "{model}"`'
    return UsageError("there is no prompt", hint=hint)


def opening(system: str | None, before: Sequence[Message]) -> list[dict[str, Any]]:
    """Return the messages that stand before the user's: the system prompt, and those of a file."""
    first = [] if system is None else [Message("system", system)]
    return [each._asdict() for each in (*first, *before)]


def question(text: str, images: Sequence[str]) -> dict[str, Any]:
    """Return the user's message, with its images (base64) if there are any."""
    return {"role": "user", "content": text} | ({"images": list(images)} if images else {})


def read_system(context: Context, options: AnswerOptions) -> str | None:
    """Read the system prompt, from a file if it starts with `@`."""
    return (
        None if options.system is None else inputs.read_text_or_file(options.system, context.stdin)
    )


def read_images(context: Context, options: AnswerOptions) -> list[str]:
    """Read and encode the images; UsageError for a file that is no image."""
    return [encode_image(path, context.stdin) for path in options.image or []]


def _logprobs(context: Context, options: AnswerOptions) -> int | None:
    if (
        options.logprobs is not None
        and not options.only_shows
        and context.output not in {"json", "jsonl"}
    ):
        raise UsageError(
            "--logprobs tells numbers to programs, and text has no place for them",
            hint="add -o json or -o jsonl",
        )
    return options.logprobs


def _read_think(text: str | None) -> Think | None:
    if text is None:
        return None
    if text.lower() not in THINK_LEVELS:
        raise UsageError(
            f"--think={text}: no such level",
            hint=f"use one of {', '.join(THINK_LEVELS)}, or `--think` alone",
        )
    return THINK_LEVELS[text.lower()]


def _typed(setting: str, value: object) -> Any:
    """Return the value of an option that is also a setting; UsageError for one out of range."""
    return None if value is None else resolve.read(setting, value, f"--{setting.replace('_', '-')}")


def _keep_alive(context: Context, text: str | None) -> str | float | None:
    if text is None:
        return context.settings.keep_alive
    try:
        return read_keep_alive(text)
    except OllamaCliError as error:
        raise UsageError(f"--keep-alive {text!r} {error.message}") from error
