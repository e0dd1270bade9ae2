"""One answer of the word model: its tokens as they are drawn, then its metrics."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

from ollama_cli.demo import schemas, spoiled
from ollama_cli.demo.calls import Call
from ollama_cli.demo.language import Language, specimen, tokenize
from ollama_cli.demo.logprobs import Drawn, certain, forced, told
from ollama_cli.demo.machine import Request
from ollama_cli.demo.task import Task
from ollama_cli.demo.thinking import thoughts

INTRODUCTION: Final = (
    "I am ollama-cli's demo model: a few kilobytes of word statistics, no substitute for a real "
    "model. "
)


class Piece(NamedTuple):
    """One piece of an answer: text, a piece of the thinking before it, or a call."""

    text: str = ""
    thinking: str = ""
    call: Call | None = None


@dataclass
class Answer:
    """An answer in progress: iterate over its pieces, then read its metrics."""

    task: Task
    request: Request
    tokens: list[str] = field(default_factory=list)
    reason: str = "stop"
    prompt_ns: int = 0
    writing_ns: int = 0
    _untold: list[Drawn] = field(default_factory=list)

    def __iter__(self) -> Iterator[Piece]:
        """Yield pieces at the speed of the machine; stop sequences never appear in the text."""
        began = time.perf_counter_ns()
        self.prompt_ns = began - self.task.loaded
        try:
            yield from self._pieces()
        finally:
            self.writing_ns = time.perf_counter_ns() - began
            self.request.machine.memory.touch(self.task.installed)

    @property
    def context(self) -> list[int]:
        """Return the token ids of prompt and answer, the `context` of generate."""
        return self.request.machine.language.ids([*self.task.prompt, *self.tokens])

    @property
    def metrics(self) -> dict[str, Any]:
        """Return the counts and durations, by the names of the protocol."""
        return {
            "total_duration": time.perf_counter_ns() - self.task.started,
            "load_duration": self.task.loaded - self.task.started,
            "prompt_eval_count": len(self.task.prompt),
            "prompt_eval_duration": self.prompt_ns,
            "eval_count": len(self.tokens),
            "eval_duration": self.writing_ns,
        }

    def logprobs(self) -> list[dict[str, Any]]:
        """Take those of the tokens since the last call; none if they are not wanted."""
        found, self._untold = self._untold, []
        return [] if self.task.logprobs is None else told(found, self.task.logprobs)

    def _pieces(self) -> Iterator[Piece]:
        """Yield the thinking, then the call or the text; nothing more where the limit is met."""
        task = self.task
        if task.thinks:
            thinking = thoughts(self.request.machine.language, task)
            for token in self._paced(certain(tokenize(thinking))):
                yield Piece(thinking=token)
        if self.reason == "length":
            return
        if task.call is None:
            text = self._paced(self._tokens())
            yield from (Piece(text=piece) for piece in _until_stop(text, task.options.stop))
            return
        for _ in self._paced(certain(tokenize(json.dumps(task.call.arguments)))):
            pass
        if self.reason != "length":
            yield Piece(call=task.call)

    def _paced(self, drawn_tokens: Iterable[Drawn]) -> Iterator[str]:
        """Yield tokens, each at its time, up to the limit of the whole answer."""
        rate = self.request.machine.tokens_per_second
        began, before = time.monotonic(), len(self.tokens)
        limit = _limit(self.task)
        for drawn in islice(drawn_tokens, None if limit is None else limit - before):
            if rate > 0:
                due = began + (len(self.tokens) - before + 1) / rate
                self.request.peer.pause(due - time.monotonic())
            self.tokens.append(drawn.token)
            if self.task.logprobs is not None:
                self._untold.append(drawn)
            yield drawn.token
        if limit is not None and len(self.tokens) >= limit:
            self.reason = "length"

    def _tokens(self) -> Iterator[Drawn]:
        language, task = self.request.machine.language, self.task
        if task.format is not None:
            yield from forced(self._json())
            return
        if task.results:
            yield from certain(tokenize(task.results))
            return
        if any(word.strip().lower() == "markdown" for word in task.subject):
            yield from certain(tokenize(specimen()))
            return
        if task.introduces:
            yield from certain(tokenize(INTRODUCTION))
        yield from language.draw(task.subject, task.options)

    def _json(self) -> Iterator[str]:
        """Yield JSON that follows `format`, or goes wrong as the fault says."""
        language, task = self.request.machine.language, self.task
        fault = self.request.fault.kind if self.request.fault else None
        if fault == spoiled.NO_JSON:
            yield from tokenize(language.phrase(task.subject, task.options))
            return
        value = _formatted(language, task)
        if fault == spoiled.BAD_JSON:
            yield from tokenize(spoiled.bad_json(value))
            return
        value = spoiled.bad_value(value) if fault == spoiled.BAD_SCHEMA else value
        tokens = tokenize(json.dumps(value, ensure_ascii=False))
        if fault == spoiled.CUT_JSON:
            self.reason = "length"
            tokens = spoiled.cut(tokens, _limit(task) or spoiled.CUT_AT)
        yield from tokens


def _limit(task: Task) -> int | None:
    """Return the most tokens: a positive `num_predict`, and the free part of the context."""
    limits = [task.options.num_predict if task.options.num_predict > 0 else None, task.tokens_left]
    return min((limit for limit in limits if limit is not None), default=None)


def _formatted(language: Language, task: Task) -> Any:
    """Return a value that follows `format`."""

    def phrase() -> str:
        return language.phrase(task.subject, task.options)

    if task.format == "json":
        return {"text": phrase()}
    return schemas.example(task.format, phrase)


def _until_stop(tokens: Iterator[str], stops: Sequence[str]) -> Iterator[str]:
    """Hold text back while it may begin a stop sequence; end at a complete one."""
    wanted = [stop for stop in stops if stop]
    held = ""
    for token in tokens:
        held += token
        found = [held.index(stop) for stop in wanted if stop in held]
        if found:
            yield held[: min(found)]
            return
        kept = _partial_stop_length(held, wanted)
        ready, held = held[: len(held) - kept], held[len(held) - kept :]
        if ready:
            yield ready
    if held:
        yield held


def _partial_stop_length(text: str, stops: Sequence[str]) -> int:
    """Count the characters at the end of a text that could begin a stop sequence."""
    longest = max(map(len, stops), default=1) - 1
    for count in range(min(longest, len(text)), 0, -1):
        if any(stop.startswith(text[-count:]) for stop in stops):
            return count
    return 0
