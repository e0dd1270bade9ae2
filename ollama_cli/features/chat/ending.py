"""What the end of an answer says: none that is empty, cut or filtered passes without a word.

How servers cut, and how it shows in their numbers, was measured on Ollama 0.24.0 and 0.32.15.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from ollama_cli.errors import InvalidOutputError, OllamaCliError, TooLongError
from ollama_cli.features.chat.room import Question, asked_context, context_in_force
from ollama_cli.features.context import Context
from ollama_cli.features.doctor import versions
from ollama_cli.types.answer_events import Attempt, Done, RunEvent, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Cut, Limit, Timings, Usage
from ollama_cli.types.contexts import looks_cut
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.text import visible
from ollama_cli.types.units import counted

# Models and servers may be set to less than the usual 2048; no context is smaller unasked.
_SMALLEST_CONTEXT: Final = 256
_SOURCES: Final = {
    "--max-tokens": "--max-tokens",
    "config": "num_predict of the settings",
    "model": "num_predict of the model",
    "server": "a limit of the server",
    "context": "the context",
}
_OBEDIENT: Final = (0, 12, 4)  # the first version that knows `truncate` in generate and chat
_ISSUE: Final = r"[-@:](?:latest|\d{4}[\d-]*)"  # a day behind the name: nobody need be asked


class Heard:
    """What came of an answer: whether it said, thought or called anything, and how it ended.

    Where tools are run it has rounds. `last` is the last of them, `answer` all of them as one.
    """

    def __init__(self, context: Context, question: Question, *, runs_tools: bool = False) -> None:
        self._context = context
        self._runs_tools = runs_tools
        self.question = question
        self.has_text = self.has_thinking = self.has_calls = False
        self.rounds: list[Answer] = []
        self.last: Answer | None = None
        self.answer: Answer | None = None

    def hear(self, burst: Sequence[RunEvent]) -> Sequence[RunEvent]:
        """Take the events of one network read in, and return them, the end with what cut it.

        The end of a round whose calls are run is left out.
        """
        for event in burst:
            match event:
                case Text(text):  # nearly all events: they must be cheap
                    self.has_text = self.has_text or not text.isspace()
                case Thinking():
                    self.has_thinking = True
                case ToolCall():
                    self.has_calls = True
                case Attempt():  # what came before is no part of the answer
                    self.has_text = self.has_thinking = self.has_calls = False
                case Done(answer, more):
                    found = judged(self._context, self.question, answer)
                    if self._runs_tools and found.tool_calls:
                        self.rounds.append(found)
                        self.has_calls = False  # what is run is no answer
                        return burst[:-1]
                    self.last, self.answer = found, joined([*self.rounds, found])
                    return [*burst[:-1], Done(self.answer, more)]
        return burst


def joined(rounds: Sequence[Answer]) -> Answer:
    """Return the answers of all rounds as one: texts and numbers are added, the last one ends it.

    A number that is unknown of one round is unknown of all.
    """
    last = rounds[-1]
    if len(rounds) == 1:
        return last
    logprobs = tuple(each for round_ in rounds for each in round_.logprobs or ())
    usage = {each.name: _sum(getattr(r.usage, each.name) for r in rounds) for each in fields(Usage)}
    times = {
        each.name: _sum(getattr(r.timings, each.name) for r in rounds) for each in fields(Timings)
    }
    return replace(
        last,
        text="".join(each.text for each in rounds),
        thinking="".join(each.thinking for each in rounds),
        tool_calls=tuple(call for each in rounds for call in each.tool_calls),
        unshown=tuple(dict.fromkeys(name for each in rounds for name in each.unshown)),
        usage=Usage(**usage),
        timings=Timings(**times),
        prompt_truncated=any(each.prompt_truncated for each in rounds) or last.prompt_truncated,
        cached=None if last.cached is None else all(each.cached for each in rounds),
        logprobs=logprobs or None,
    )


def _sum(numbers: Iterable[Any]) -> Any:
    known = list(numbers)
    return None if None in known else round(sum(known), 9)


def judged(context: Context, question: Question, answer: Answer) -> Answer:
    """Return the answer with what cut it, as far as the server's numbers tell."""
    asked = (question.request.options or {}).get("num_predict")
    written, read = answer.usage.completion_tokens, answer.usage.prompt_tokens
    cut: Cut | None = answer.cut
    limit: Limit | None = None
    if cut == "max_tokens":
        limit = answer.limit or _limit(context, question, written, asked)
        cut = "context" if limit and limit.source == "context" else cut
    cache = question.cache
    if cache is not None and cache.hit is not None:
        holds = cache.hit.context_length
    else:
        is_explained = cut in {None, "max_tokens"}
        holds = _context_length(context, question, answer, is_explained=is_explained)
    if limit is not None and limit.source == "context":
        limit = replace(limit, tokens=holds)
    if cut in {None, "context"} and _is_shifted(answer, holds):
        cut, limit = "shifted", Limit(holds, "context")
    found = replace(
        answer,
        complete=cut is None,
        cut=cut,
        limit=limit,
        prompt_truncated=_is_truncated(context, question, read, holds),
        context_length=holds,
        cached=None if cache is None else cache.hit is not None,
    )
    if cache is not None:
        cache.judge(found)
    return found


def warn_of_end(context: Context, heard: Heard, *, is_refused: bool = False) -> None:
    """Warn if an answer says nothing, was cut or filtered, or holds what cannot be shown.

    Of one that is refused the error tells how it ended.
    """
    answer = heard.last
    if answer is None:
        return
    reason = f" (done_reason: {answer.done_reason})" if answer.done_reason else ""
    asked = heard.question.request.model
    if _is_of_another(context, heard.question, answer):
        context.prompter.warn(f"{answer.model} answered: the server has no {asked}")
    if answer.cut is not None and not is_refused:
        context.prompter.warn(words_of_cut(answer, reason))
    if answer.cut == "max_tokens" and _is_shifted(answer, answer.context_length):
        context.prompter.warn(_words_of_shift(answer.context_length))
    if answer.prompt_truncated:
        context.prompter.warn(_words_of_truncation(answer))
    says_nothing = not heard.has_text and not heard.has_calls
    if says_nothing and (heard.has_thinking or not is_refused):
        did = "thought, and said nothing" if heard.has_thinking else "said nothing"
        context.prompter.warn(f"the model {did}{reason}")
    if heard.has_text and answer.logprobs is None and heard.question.request.logprobs is not None:
        context.prompter.warn("the server told no logprobs: an Ollama before 0.12.11 has none")
    for name in answer.unshown:
        context.prompter.note(f"the answer holds {name} too, which cannot be shown: see -o raw")


def _is_of_another(context: Context, question: Question, answer: Answer) -> bool:
    """Return whether another model answered, as servers of one model do; an alias is listed."""
    asked = question.request.model
    if question.is_native or not answer.model or _is_issue_of(answer.model, asked):
        return False
    try:
        names = {each.name for each in context.servers.provider().list_models()}
    except OllamaCliError:  # a question that is only nice to have
        return False
    return answer.model in names and asked not in names


def _is_issue_of(given: str, asked: str) -> bool:
    """Return whether a name is the one that was asked for, or that of its issue of some day."""
    given, asked = (name.rpartition("/")[2].lower() for name in (given, asked))
    asked = asked.removesuffix("-latest")  # as Anthropic names the newest issue
    return given == asked or re.fullmatch(re.escape(asked) + _ISSUE, given) is not None


def words_of_break(error: BaseException) -> str:
    """Return why an answer has no end, in words."""
    return error.message if isinstance(error, OllamaCliError) else "the answer was interrupted"


def tell(context: Context, text: str) -> None:
    """Tell on stderr what a model said, where stdout does not get it."""
    if text := text.rstrip("\n"):
        context.err.line(visible(text) if context.err.is_terminal else text)


def refuse_cut(answer: Answer) -> None:
    """Raise InvalidOutputError for an answer that was cut, TooLongError for a cut prompt."""
    if answer.prompt_truncated:
        raise TooLongError(_words_of_truncation(answer), hint="make room for it: `--num-ctx auto`")
    if answer.cut is not None:
        raise InvalidOutputError(words_of_cut(answer, ""), hint="leave --strict out to take it")


def words_of_cut(answer: Answer, reason: str = "") -> str:
    """Return what cut an answer, in words; `reason` follows where nothing else is known."""
    limit = answer.limit
    tokens = None if limit is None or limit.tokens is None else counted(limit.tokens, "token")
    match answer.cut:
        case "filter":
            return f"a filter of the server ended the answer{reason}"
        case "paused":
            return f"the server paused the answer, which is not complete{reason}"
        case "shifted":
            return _words_of_shift(None if limit is None else limit.tokens)
        case "context":
            return "the answer was cut: the context is full" + (f" ({tokens})" if tokens else "")
        case _ if limit is None or tokens is None:
            return "the answer was cut at a limit of tokens (--max-tokens, or the server's own)"
        case _:
            return f"the answer was cut at {tokens} ({_SOURCES[limit.source]})"


def cure_of_cut(answer: Answer) -> str:
    """Return what to do about an answer that was cut."""
    source = answer.limit.source if answer.limit else None
    is_full = source == "context" or _is_shifted(answer, answer.context_length)
    if answer.cut in {"context", "shifted"} or is_full:
        return "make room for it: `--num-ctx auto`"
    return "allow more with --max-tokens"


def _words_of_shift(holds: int | None) -> str:
    tokens = f"{holds or 0:,} tokens"
    return f"the start was forgotten: prompt and answer exceed the {tokens} of the context"


def _words_of_truncation(answer: Answer) -> str:
    holds = f" of {answer.context_length:,} tokens" if answer.context_length else ""
    return f"the server read a part of the prompt only: it does not fit into the context{holds}"


def _limit(
    context: Context, question: Question, written: int | None, asked: object
) -> Limit | None:
    """Find out whose limit an answer of `written` tokens has reached; None if nobody tells."""
    if isinstance(asked, int) and asked > 0 and (written is None or written >= asked):
        return Limit(asked, "--max-tokens")
    if written is None:
        return None
    if not question.is_native:
        return Limit(written, "server")
    own = _own_limit(context, question.request.model) if asked is None else None
    if own is not None and written >= own:
        return Limit(own, "model")
    return Limit(None, "context")


def _own_limit(context: Context, model: str) -> int | None:
    """Return the `num_predict` of the model's own parameters."""
    try:
        details = context.servers.ollama().show(model)
    except OllamaCliError:  # a question that is only nice to have
        return None
    return details.parameter("num_predict")


def _context_length(
    context: Context, question: Question, answer: Answer, *, is_explained: bool
) -> int | None:
    """Ask for the context in force, if a program wants to know it or the numbers may show a cut.

    One that is not listed is the one that was asked for: the model is unloaded, or was loaded by
    another name.
    """
    if not question.is_native:
        return None
    total = _total(answer)
    is_known = question.num_ctx is not None and question.named_ctx is None  # by `auto`
    smallest = question.num_ctx or _SMALLEST_CONTEXT
    smallest = smallest if is_known else min(smallest, _SMALLEST_CONTEXT)
    if question.request.truncate or not _obeys(context):
        smallest //= 2  # as much is left of a prompt that was cut
    may_be_cut = total >= smallest or not is_explained
    is_told = context.output in {"json", "jsonl"} or question.cache is not None
    if not may_be_cut and not is_told:
        return None
    found = context_in_force(context, question.request.model)
    return asked_context(context, question) if found is None and may_be_cut else found


def _total(answer: Answer) -> int:
    return (answer.usage.prompt_tokens or 0) + (answer.usage.completion_tokens or 0)


def _is_shifted(answer: Answer, holds: int | None) -> bool:
    """Return whether more was read and written than the context holds: its start is lost."""
    return holds is not None and _total(answer) > holds


def _is_truncated(
    context: Context, question: Question, read: int | None, holds: int | None
) -> bool | None:
    """Return whether the prompt was cut, which a server that was told not to has not done.

    None if nobody can tell: where old messages were left out, no number shows it.
    """
    if not question.request.truncate and question.is_native and _obeys(context):
        return False
    if read is None or holds is None:
        return None
    request = question.request
    said = [
        each
        for each in (request.messages if isinstance(request, ChatRequest) else ())
        if each.get("role") != "system"
    ]
    return looks_cut(read, holds) or (None if len(said) > 1 else False)


def _obeys(context: Context) -> bool:
    """Return whether this version of Ollama refuses what it is told not to cut."""
    version = versions.parse(context.servers.version or "")
    return version is not None and version >= _OBEDIENT
