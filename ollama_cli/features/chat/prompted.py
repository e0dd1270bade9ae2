"""A question that is asked by a prompt file: its messages are filled, its options stand below ours.

`{{input}}` is the prompt: the argument, texts of `-f`, and what was piped unless `{{stdin}}` takes
that. Without such a place the prompt follows the last message, so that nothing is dropped.
"""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ollama_cli.config.parsers import read_keep_alive
from ollama_cli.errors import NotFoundError, OllamaCliError, UsageError
from ollama_cli.features.chat import request
from ollama_cli.features.chat.model_options import read_options
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.room import AUTO
from ollama_cli.features.chat.tree import ASSISTANT, SYSTEM, USER
from ollama_cli.features.context import Context
from ollama_cli.features.prompts import file, filling, folder
from ollama_cli.features.prompts.file import Option, Problem, PromptFile, Read
from ollama_cli.features.prompts.filling import INPUT, STDIN
from ollama_cli.features.prompts.messages import Asked, Message
from ollama_cli.features.prompts.options import PromptOptions
from ollama_cli.ui import inputs

_STOP: Final = "stop"
_NUM_CTX: Final = "num_ctx"
_SHAPES: Final = ("format", "schema", "schema_multi", "extract", "extract_last")


class Prompted:
    """A prompt file in use, with the values of its variables."""

    def __init__(self, context: Context, found: PromptFile, given: Mapping[str, str]) -> None:
        self._context = context
        self._given = given
        self._file = found

    def settle(self, model: str | None, options: AnswerOptions) -> tuple[str | None, AnswerOptions]:
        """Return model and options with those of the file below them: what was typed wins."""
        found = self._file
        typed = {pair.partition("=")[0].strip() for pair in options.option or []}
        typed |= {_STOP} if options.stop else set()
        typed |= {_NUM_CTX} if options.num_ctx is not None else set()
        own = {name: each for name, each in found.options.items() if name not in typed}
        num_ctx = options.num_ctx
        if _is_auto(own.get(_NUM_CTX)):
            num_ctx = AUTO
            del own[_NUM_CTX]
        changed: dict[str, Any] = {
            "option": [*_pairs(own), *(options.option or [])] or None,
            "num_ctx": num_ctx,
            "think": found.think if options.think is None else options.think,
            "keep_alive": found.keep_alive if options.keep_alive is None else options.keep_alive,
            **_shape(found, options),
        }
        if model is None and found.model is not None:
            model = found.model
            self._context.origins[model] = found.source
        return model, options._replace(**changed)

    def ask(self, prompt: str | None, options: AnswerOptions, *, goes_on: bool) -> Asked:
        """Read the prompt, and what was piped, and fill the messages.

        A system prompt that was typed takes the place of that of the file. Raises UsageError, with
        all of their names, for variables without a value; and for messages before the question if
        a session `goes_on`, which has its own.
        """
        messages = list(self._file.messages)
        if options.system is not None and messages[0].role == SYSTEM:
            del messages[0]
        places = filling.places(each.content for each in messages)
        values = {**self._file.defaults, **self._given}
        if STDIN in places and STDIN not in self._given:
            piped = self._piped(options)
            values |= {STDIN: piped} if piped else {}
            options = options._replace(no_stdin=True)
        text = request.read_prompt(self._context, prompt, options)
        if text is not None and INPUT in self._given:
            raise UsageError(f"--var {INPUT}=… and a prompt are the same: give one of them")
        if text is not None and INPUT in places:
            values[INPUT], text = text, None
        if missing := [name for name in places if name not in values]:
            raise _missing(self._file.source, missing)
        found = _parted([Message(r, filling.filled(c, values)) for r, c in messages], text)
        if found.before and goes_on:
            raise UsageError(
                f"{self._file.source} is a conversation, and so is the session that goes on",
                hint="leave out -c and --session, or -p",
            )
        return found._replace(title=self._file.name or self._file.source)

    def _piped(self, options: AnswerOptions) -> str:
        stdin = self._context.stdin
        if options.no_stdin or not stdin.implicit:
            return ""
        return inputs.decode_text(stdin.read(self._context.prompter.note_waiting), inputs.PIPED)


def opened(context: Context, options: PromptOptions, *, is_single: bool) -> Prompted:
    """Read the prompt file that the options name, and the values of its variables.

    Warns of what is odd in it. Raises NotFoundError if there is none, UsageError for a file that is
    no prompt file, for variables that cannot be read, and if `is_single` for a file with more than
    one message of the system and one of the user.
    """
    source = options.prompt_file
    if source is None:
        raise UsageError("--var fills a prompt file", hint="name one: -p NAME, or -p ./FILE")
    try:
        read = checked(context, source)
    except NotFoundError as error:
        if " " not in source.strip():
            raise
        raise error.with_facts(hint="-p names a file; a prompt stands without it") from error
    if read.problems:
        raise refusal(read)
    source = read.file.source
    for warning in read.warnings:
        if warning.path not in {each.path for each in read.file.options.values()}:  # told below
            context.prompter.warn(f"{source}: {warning}")
    found = _single(read.file) if is_single else read.file
    given = dict(_variable(context, each) for each in options.var or [])
    for name in given.keys() - {*found.variables, *found.defaults}:
        context.prompter.warn(f"{source}: {_unused(name, found.variables)}")
    return Prompted(context, found, given)


def checked(context: Context, source: str) -> Read:
    """Read a prompt file by its name or path, and find what is wrong or odd about it.

    Raises NotFoundError if there is none, UsageError for what cannot be read at all.
    """
    text = folder.read(source, context.environ, context.stdin)
    read = file.read(text, inputs.PIPED if source == inputs.STDIN else source)
    found = read.file
    problems, warnings = list(read.problems), list(read.warnings)

    def add(to: list[Problem], path: str, message: str) -> None:
        to.append(Problem(path, found.lines.get(path), message))

    for name, option in found.options.items():
        try:
            for told in _unknown(name, option):
                add(warnings, option.path, told)
        except UsageError as error:
            add(problems, option.path, error.message)
    for path, problem in _misfits(found):
        add(problems, path, problem)
    return Read(found, sorted(problems, key=lambda each: each.line or 0), warnings)


def _unknown(name: str, option: Option) -> list[str]:
    """Return the warnings of an option; UsageError for one that cannot be sent."""
    if _is_auto(option) or not option.texts:
        return []
    if len(option.texts) > 1 and name != _STOP:
        raise UsageError("takes one value, not several")
    return read_options(_pairs({name: option}), {})[1]


def _misfits(found: PromptFile) -> Iterator[tuple[str, str]]:
    """Find what of our own keys cannot be used: paths and problems."""
    if found.think is not None and found.think.lower() not in request.THINK_LEVELS:
        yield "ollama.think", f"is none of {', '.join(request.THINK_LEVELS)}"
    if found.extract is not None and isinstance(found.format, Mapping):
        yield "ollama.extract", "there is a jsonSchema, and so no block of code"
    if found.keep_alive is not None:
        try:
            read_keep_alive(found.keep_alive)
        except OllamaCliError as error:
            yield "ollama.keep_alive", error.message


def options_of(found: PromptFile) -> dict[str, Any]:
    """Return the options of a file that has no problems, as the server is sent them."""
    auto = {name: AUTO for name, option in found.options.items() if _is_auto(option)}
    own = {name: option for name, option in found.options.items() if name not in auto}
    return {**read_options(_pairs(own), {})[0], **auto}


def refusal(read: Read) -> UsageError:
    """Return the error for a file that is not as it should be: its first problem, and how many."""
    source, count = read.file.source, len(read.problems)
    hint = f"see all {count}: `ollama-cli prompts check {source}`" if count > 1 else None
    if source == inputs.PIPED:
        hint = None
    return UsageError(f"{source}: {read.problems[0]}", hint=hint)


def _shape(found: PromptFile, options: AnswerOptions) -> dict[str, str | None]:
    """Return what an answer shall be by the file; nothing if that was typed in any way."""
    if any(getattr(options, name) not in {None, False} for name in _SHAPES):
        return {}
    if isinstance(found.format, Mapping):
        return {"schema": json.dumps(found.format)}
    return {"format": found.format, "extract": found.extract}


def _is_auto(option: Option | None) -> bool:
    return option is not None and option.texts == (AUTO,) and option.path.endswith(_NUM_CTX)


def _pairs(options: Mapping[str, Option]) -> Iterator[str]:
    """Write options as `-O` has them."""
    return (f"{name}={text}" for name, option in options.items() for text in option.texts)


def _single(found: PromptFile) -> PromptFile:
    """Return a file for a prompt alone: the message of the system first."""
    roles = [each.role for each in found.messages]
    if ASSISTANT in roles or roles.count(SYSTEM) > 1 or roles.count(USER) > 1:
        raise UsageError(
            f"{found.source} is a conversation: generate takes one message of the system and one"
            " of the user",
            hint="use `ollama-cli chat`, which takes all messages",
        )
    return replace(found, messages=tuple(sorted(found.messages, key=lambda m: m.role)))


def _variable(context: Context, pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    name = name.strip()
    if not equals or not filling.is_name(name):
        raise UsageError(f"a variable is written name=value, not {pair!r}")
    return name, inputs.read_text_or_file(value, context.stdin)


def _unused(name: str, variables: Sequence[str]) -> str:
    similar = difflib.get_close_matches(name, variables, n=1)
    meant = f": did you mean {similar[0]}?" if similar else ""
    return f"no message has {{{{{name}}}}}{meant}"


def _missing(source: str, names: Sequence[str]) -> UsageError:
    ways = {INPUT: "give the prompt", STDIN: "pipe something into it"}
    own = [f"--var {name}=…" for name in names if name not in ways]
    told = [*(f"give {' '.join(own)}" for _ in own[:1]), *(ways[n] for n in names if n in ways)]
    return UsageError(f"{source} has no value for {', '.join(names)}", hint=", and ".join(told))


def _parted(messages: Sequence[Message], more: str | None) -> Asked:
    """Part messages into system prompt, those before the question, and the question.

    `more` follows the question, or is one if the last message is none of the user.
    """
    system = messages[0].content if messages and messages[0].role == SYSTEM else None
    rest = messages[0 if system is None else 1 :]
    if not rest or rest[-1].role != USER:
        return Asked(system, tuple(rest), more)
    texts = filter(None, (rest[-1].content, more))
    return Asked(system, tuple(rest[:-1]), "\n\n".join(texts))
