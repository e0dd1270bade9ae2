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
WRAPPER: Final = "items"
"""The property that holds a list, on servers other than Ollama: some take none at the top."""

_REPAIRS: Final = 2


@dataclass(frozen=True)
class Structure:
    """A schema that an answer is held against; a model is shown it if `is_told`.

    What does not fit is asked for again, up to `repairs` times, but never if the prompt `is_bare`,
    without a template. Where a list is wanted, `item` is the schema of each of its items.
    """

    schema: read.Schema
    is_told: bool = True
    repairs: int = _REPAIRS
    is_bare: bool = False
    item: read.Schema | None = None

    def in_object(self) -> "Structure":
        """Return the same for servers that take no list alone: it comes in an object."""
        if self.item is None:
            return self
        return replace(self, schema=read.list_of(self.item, WRAPPER))


def asked(context: Context, options: AnswerOptions, *, bare: bool = False) -> Structure | None:
    """Read what structure is asked for; None if none is. UsageError for what excludes it.

    A `bare` prompt, which no template surrounds, is sent as it is, and once.
    """
    flag = flag_of(options)
    if not flag:
        given = {"--repair": options.repair is not None}
        given["--no-schema-prompt"] = options.no_schema_prompt
        for name in (each for each, is_given in given.items() if is_given):
            raise UsageError(f"{name} belongs to --schema, which is not given")
        return None
    _refuse_others(context, options, flag)
    if bare and options.repair:
        raise UsageError(
            "--repair goes with neither --raw nor --suffix: such a prompt is sent once"
        )
    spec = options.schema if options.schema is not None else options.schema_multi
    schema = read.read_schema(spec or "", context.stdin)
    read.refuse_foreign(schema)
    tell_left_out(context, schema.left_out)
    is_told = not (options.no_schema_prompt or bare)
    if options.schema is None:
        return Structure(read.list_of(schema), is_told, repairs=0, item=schema)
    repairs = _REPAIRS if options.repair is None else options.repair
    return Structure(schema, is_told, 0 if bare else repairs, is_bare=bare)


def read_format(context: Context, value: str | None) -> str | dict[str, Any] | None:
    """Read `--format`: `json`, or a schema in a file, of which -v tells what is not sent."""
    if value is not None and value.startswith("@"):
        schema = read.read_schema(value, context.stdin)
        tell_left_out(context, schema.left_out)
        return schema.sent
    return read.read_format(value, context.stdin)


def flag_of(options: AnswerOptions) -> str:
    """Return the option by which a structure is asked for, empty if none is."""
    if options.schema is not None:
        return "--schema"
    return "" if options.schema_multi is None else "--schema-multi"


def _refuse_others(context: Context, options: AnswerOptions, flag: str) -> None:
    is_list = flag == "--schema-multi"
    others = {
        "--schema-multi": None if is_list else options.schema_multi,
        "--format": options.format,
        "--extract": options.extract,
        "--extract-last": options.extract_last or None,
        "--repair": options.repair if is_list else None,  # what was printed stays
    }
    for name, value in others.items():
        if value is not None:
            raise UsageError(f"{flag} and {name} exclude each other: leave one of them out")
    if context.output == "raw":
        raise UsageError(
            f"{flag} checks an answer, which -o raw passes on as it is",
            hint="leave one of them out",
        )


def refuse_thinking(structure: Structure | None, think: object) -> None:
    """Raise UsageError for a prompt that is to be thought about: with a schema none is."""
    if structure is not None and think is not None and think is not False:
        flag = "--schema" if structure.item is None else "--schema-multi"
        raise UsageError(
            f"with {flag} `generate` does not think: servers answer at once there",
            hint=f"think with `ollama-cli chat {flag} … --think`",
        )


def refuse_conversation(options: AnswerOptions) -> None:
    """Raise UsageError: what is asked for belongs to one answer, and a conversation has many."""
    if flag := flag_of(options):
        raise UsageError(
            f"{flag} is for one answer, and a conversation has many",
            hint=f'give a prompt: `ollama-cli chat {flag} … "…"`',
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
