"""An answer that must fit a schema: held against it, and asked for again where it does not.

What a grammar leaves to mend was measured on Ollama 0.24.0 and 0.32.15: keywords that it ignores,
servers that know none, and answers that were cut.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ollama_cli.errors import InterruptError, InvalidOutputError, OllamaCliError
from ollama_cli.features.chat import ending
from ollama_cli.features.chat.ending import Heard, cure_of_cut, joined, words_of_cut
from ollama_cli.features.chat.room import Question
from ollama_cli.features.chat.structure import Structure, with_text
from ollama_cli.features.context import Context
from ollama_cli.features.schema import verdict
from ollama_cli.features.schema.check import Problem
from ollama_cli.types.answer_events import Attempt, Done, Found, RunEvent, Text
from ollama_cli.types.answers import Answer
from ollama_cli.types.requests import ChatRequest, GenerateRequest
from ollama_cli.types.units import counted

_MOST_PROBLEMS: Final = 10
_SHOWN: Final = 4096  # of a bad answer that is sent back
_AGAIN: Final = "Answer again, with the corrected JSON only."
_CURE: Final = "try a simpler schema or a larger model"
Reason: TypeAlias = Literal["invalid", "cut"]


class _Try(NamedTuple):
    text: str
    answer: Answer
    problems: tuple[Problem, ...]

    def record(self) -> dict[str, Any]:
        errors = [each.record() for each in self.problems]
        return {"text": self.text, "errors": errors, "done_reason": self.answer.done_reason}


class Tries:
    """The tries of one question: `is_valid` tells at its end whether the last of them fits."""

    def __init__(self, context: Context, question: Question, structure: Structure) -> None:
        self._context = context
        self._question = question
        self._asked = question.request
        self._structure = structure
        self._texts: list[str] = []
        self._tries: list[_Try] = []
        self._first_cut: Answer | None = None
        self._next: Reason | None = None
        self._value: Any = None
        self.is_valid = False

    def refuses(self, heard: Heard) -> bool:  # noqa: ARG002  as all that filter answers
        """Return whether no try fits."""
        return bool(self._tries) and not self.is_valid

    def again(self) -> Attempt | None:
        """Return the beginning of the next try, whose question is asked now; None at the end."""
        reason, self._next = self._next, None
        if reason is None:
            return None
        number, left = len(self._tries) + 1, self._structure.repairs + 1
        does = "was cut" if reason == "cut" else "does not fit the schema"
        self._context.prompter.note(f"the answer {does}: asked again ({number} of {left})")
        self._texts = []
        return Attempt(number, reason)

    def only(
        self, bursts: Iterable[Sequence[RunEvent]], heard: Heard
    ) -> Iterator[Sequence[RunEvent]]:
        """Yield the events of all tries, the end of the last one alone; in text its value alone.

        What came of a try that has no end is told on stderr then.
        """
        is_ready = False
        try:
            for burst in bursts:
                yield self._shown(burst, heard)
                if not is_ready:  # the request was sent, and the server is busy
                    is_ready = True
                    verdict.prepare(self._structure.schema.own)
        except (OllamaCliError, KeyboardInterrupt, InterruptError) as error:
            if self._texts or self._tries:
                yield [Found(self._fields(broken=ending.words_of_break(error)))]
            if self._context.output == "text":
                ending.tell(self._context, "".join(self._texts))
            raise

    def _shown(self, burst: Sequence[RunEvent], heard: Heard) -> list[RunEvent]:
        is_text = self._context.output == "text"
        shown: list[RunEvent] = []
        for event in burst:
            match event:
                case Text(text):
                    # In text it is held back, but the thinking is over.
                    is_first = heard.has_thinking and not self._texts
                    held = [Text("")] if is_first else []
                    shown += held if is_text else [event]
                    self._texts.append(text)
                case Done(answer, more):
                    shown += self._ended(answer, more, heard)
                case _:
                    shown.append(event)
        return shown

    def refuse(self, heard: Heard) -> None:
        """Raise InvalidOutputError if no try fits; in text the last one is told on stderr."""
        if not self.refuses(heard):
            return
        last, count = self._tries[-1], len(self._tries)
        if self._context.output == "text":
            self._tell(last)
        if last.answer.cut is not None:
            cut = self._first_cut or last.answer
            again = "" if cut is last.answer else f", and again at {_tokens(last.answer)}"
            raise InvalidOutputError(
                f"{words_of_cut(cut)}{again}: it does not fit the schema",
                hint=cure_of_cut(last.answer),
            )
        after = f" after {count} tries" if count > 1 else ""
        raise InvalidOutputError(
            f"the answer does not fit the schema{after}: {_line(last.problems[0])}",
            hint=_CURE if self._structure.is_bare else f"{_CURE}; --repair N asks more often",
        )

    def _tell(self, last: _Try) -> None:
        ending.tell(self._context, last.text)
        for problem in last.problems:
            ending.tell(self._context, _line(problem))

    def _ended(self, answer: Answer, more: Mapping[str, Any], heard: Heard) -> list[RunEvent]:
        text = "".join(self._texts)
        first, limit = self._first_cut, answer.limit
        if first and first.limit and limit and limit.source == "--max-tokens":  # which we raised
            limit = replace(limit, source=first.limit.source)
            answer = heard.last = replace(answer, limit=limit)
        found = verdict.judge(text, self._structure.schema.own)
        problems = found.problems
        if answer.cut is not None and _is_number(found.value) and not problems:
            problems = (Problem("", "may be the beginning of a longer number"),)
        self._tries.append(_Try(text, answer, problems))
        if problems and self._prepare_next(answer):
            return [Found(self._fields())]
        self._question.request = self._asked
        self.is_valid = not problems
        self._value = found.value if self.is_valid else None
        whole = joined([each.answer for each in self._tries])
        kept = {name: getattr(answer, name) for name in ("text", "thinking", "tool_calls")}
        heard.answer = replace(whole, **kept)
        shown: list[RunEvent] = [Done(heard.answer, {**more, **self._fields()})]
        if self.is_valid and self._context.output == "text":
            shown.insert(0, Text(self._dumped()))
        return shown

    def _fields(self, broken: str = "") -> dict[str, Any]:
        """Return the fields of the answer's JSON, as far as known; `broken` tells of no end."""
        fields = {"data": self._value, "valid": self.is_valid}
        if self._context.output == "json":
            attempts = [each.record() for each in self._tries]
            if broken and self._texts:
                errors = [Problem("", broken).record()]
                text = "".join(self._texts)
                attempts.append({"text": text, "errors": errors, "done_reason": None})
            fields["attempts"] = attempts
        return fields

    def _dumped(self) -> str:
        indent = 2 if self._context.out.is_terminal else None
        return json.dumps(self._value, indent=indent, ensure_ascii=False)

    def _prepare_next(self, answer: Answer) -> bool:
        """Put the next question, if there is one: with more room where the answer was cut."""
        if len(self._tries) > self._structure.repairs:
            return False
        if answer.cut in {"max_tokens", "context", "shifted"}:
            self._next = "cut" if self._raise_limit(answer) else None
        else:
            self._next = "invalid"
            self._question.request = self._repaired()
        return self._next is not None

    def _raise_limit(self, answer: Answer) -> bool:
        written, limit = answer.usage.completion_tokens, answer.limit
        is_own = limit is not None and limit.source in {"--max-tokens", "config"}
        if not written or is_own or self._first_cut or _fills_context(answer):
            return False
        self._first_cut = answer
        request = self._question.request
        options = {**(request.options or {}), "num_predict": 2 * written}
        self._question.request = replace(request, options=options)
        return True

    def _repaired(self) -> GenerateRequest | ChatRequest:
        """Return the question with the bad answer, and what is wrong with it."""
        last, asked = self._tries[-1], self._asked
        options = {**(self._question.request.options or {}), "temperature": 0}
        options["seed"] = _seed(asked.options) + len(self._tries)
        lines = "\n".join(map(_line, last.problems[:_MOST_PROBLEMS]))
        wrong = f"It does not fit the schema:\n{lines}\n\n{_AGAIN}"
        bad = last.text.strip()[:_SHOWN]
        if isinstance(asked, ChatRequest):
            said = [{"role": "assistant", "content": bad}] if bad else []
            messages = [*asked.messages, *said, {"role": "user", "content": wrong}]
            return replace(asked, messages=messages, options=options)
        return replace(with_text(asked, f"Your answer was:\n{bad}\n\n{wrong}"), options=options)


def _line(problem: Problem) -> str:
    told = problem.record()
    return f"{told['path']}: {told['message']}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fills_context(answer: Answer) -> bool:
    """Return whether the context has no room for more, so that a higher limit helps nobody."""
    holds, usage = answer.context_length, answer.usage
    total = (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
    return holds is not None and total >= holds - 2


def _seed(options: Mapping[str, Any] | None) -> int:
    seed = (options or {}).get("seed")
    return seed if isinstance(seed, int) else 0


def _tokens(answer: Answer) -> str:
    return counted(answer.usage.completion_tokens or 0, "token")
