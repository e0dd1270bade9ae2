"""The structure that an answer must have: read from the options, and put into a request."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context
from ollama_cli.features.schema import read
from ollama_cli.types.requests import ChatRequest, GenerateRequest
from ollama_cli.types.values import dataclass

Asked: TypeAlias = GenerateRequest | ChatRequest
_REPAIRS: Final = 2


@dataclass(frozen=True)
class Structure:
    """A schema that an answer is held against; a model is shown it if `is_told`.

    What does not fit is asked for again, up to `repairs` times.
    """

    schema: read.Schema
    is_told: bool = True
    repairs: int = _REPAIRS


def asked(context: Context, options: AnswerOptions, *, bare: bool = False) -> Structure | None:
    """Read what structure is asked for; None if none is. UsageError for what excludes it.

    A `bare` prompt, which no template surrounds, is sent as it is, and once.
    """
    if options.schema is None:
        given = {"--repair": options.repair is not None}
        given["--no-schema-prompt"] = options.no_schema_prompt
        for name in (each for each, is_given in given.items() if is_given):
            raise UsageError(f"{name} belongs to --schema, which is not given")
        return None
    _refuse_others(context, options)
    schema = read.read_schema(options.schema, context.stdin)
    tell_left_out(context, schema.left_out)
    repairs = _REPAIRS if options.repair is None else options.repair
    return Structure(schema, not (options.no_schema_prompt or bare), 0 if bare else repairs)


def read_format(context: Context, value: str | None) -> str | dict[str, Any] | None:
    """Read `--format`: `json`, or a schema in a file, of which -v tells what is not sent."""
    if value is not None and value.startswith("@"):
        schema = read.read_schema(value, context.stdin)
        tell_left_out(context, schema.left_out)
        return schema.sent
    return read.read_format(value, context.stdin)


def _refuse_others(context: Context, options: AnswerOptions) -> None:
    for name, value in (("--format", options.format), ("--extract", options.extract)):
        if value is not None:
            raise UsageError(f"--schema and {name} exclude each other: leave one of them out")
    if options.extract_last:
        raise UsageError("--schema and --extract-last exclude each other: leave one of them out")
    if context.output == "raw":
        raise UsageError(
            "--schema checks an answer, which -o raw passes on as it is",
            hint="leave one of them out",
        )


def refuse_thinking(structure: Structure | None, think: object) -> None:
    """Raise UsageError for a prompt that is to be thought about: with a schema none is."""
    if structure is not None and think is not None and think is not False:
        raise UsageError(
            "with --schema `generate` does not think: servers answer at once there",
            hint="think with `ollama-cli chat --schema … --think`",
        )


def refuse_conversation(options: AnswerOptions) -> None:
    """Raise UsageError: what is asked for belongs to one answer, and a conversation has many."""
    if options.schema is not None:
        raise UsageError(
            "--schema is for one answer, and a conversation has many",
            hint='give a prompt: `ollama-cli chat --schema … "…"`',
        )


def tell_left_out(context: Context, paths: Sequence[str]) -> None:
    """Tell, with -v, what servers are not sent of a schema."""
    if paths and context.flags.verbose:
        context.prompter.note(f"left out of the schema that is sent: {', '.join(paths)}")


def shaped(request: Asked, structure: Structure) -> Asked:
    """Return a request for an answer of a structure, which its prompt ends with."""
    request = replace(request, format=structure.schema.sent)
    return with_text(request, read.prompt_of(structure.schema)) if structure.is_told else request


def with_text(request: Asked, text: str) -> Asked:
    """Return a request whose prompt, or last message, ends with a block of text."""
    if isinstance(request, GenerateRequest):
        return replace(request, prompt=_joined(request.prompt, text))
    *before, last = request.messages
    return replace(request, messages=[*before, _message(last, text)])


def _message(message: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {**message, "content": _joined(str(message.get("content") or ""), text)}


def _joined(text: str, more: str) -> str:
    return f"{text.rstrip()}\n\n{more}" if text.strip() else more
