"""How likely each token of an answer was, told apart from the tokens of the thinking.

Facts, measured on Ollama 0.24.0 and 0.32.15: a line has the logprobs of all its tokens, also of
those that are thinking or of which nothing is said (`</think>`, the first token before a schema
holds). What is said is the end of what the tokens of its line make up.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ollama_cli.types.answer_events import ChatEvent, Text, Thinking
from ollama_cli.types.answers import TokenLogprob
from ollama_cli.wire import fields


class _Token(NamedTuple):
    found: TokenLogprob
    size: int  # in bytes: a token may be a part of a character


class Logprobs:
    """Collects the logprobs of one answer; `all` are those of what was said so far."""

    def __init__(self) -> None:
        self._pending: list[_Token] = []
        self.all: list[TokenLogprob] = []

    def attach(self, value: object, events: list[ChatEvent]) -> None:
        """Take the logprobs of one line, and put those of what is said into the last Text of it."""
        self._pending += _read(value)
        texts = {place: each for place, each in enumerate(events) if isinstance(each, Text)}
        if texts:
            said = "".join(each.text for each in texts.values())
            found = self._last(len(said.encode("utf-8", "replace")))
            place, last = texts.popitem()
            events[place] = replace(last, logprobs=found)
            self.all += found
            self._pending.clear()
        elif any(isinstance(each, Thinking) for each in events):
            self._pending.clear()

    def _last(self, size: int) -> tuple[TokenLogprob, ...]:
        found: list[TokenLogprob] = []
        while self._pending and size > 0:
            token = self._pending.pop()
            size -= token.size
            found.append(token.found)
        return tuple(reversed(found))


def _read(value: object) -> Iterator[_Token]:
    """Read the tokens of a line, of a choice of `/v1`, or of one of the older `/v1/completions`."""
    whole = fields.mapping(value)
    if "tokens" in whole:
        yield from _read_older(whole)
        return
    for each in fields.items(whole.get("content") if whole else value):
        pair = _pair(each)
        if pair is None:
            continue
        token, logprob = pair
        others = map(_pair, fields.items(each.get("top_logprobs")))
        top = tuple(other for other in others if other is not None)
        octets = each.get("bytes")
        size = len(octets) if isinstance(octets, list) else len(token.encode("utf-8", "replace"))
        yield _Token(TokenLogprob(token, logprob, top), size)


def _read_older(whole: dict[str, object]) -> Iterator[_Token]:
    logprobs, tops = (_listed(whole.get(name)) for name in ("token_logprobs", "top_logprobs"))
    for place, token in enumerate(_listed(whole.get("tokens"))):
        logprob = _number(logprobs[place] if place < len(logprobs) else None)
        if not isinstance(token, str) or logprob is None:
            continue
        others = fields.mapping(tops[place] if place < len(tops) else None).items()
        numbers = ((other, _number(each)) for other, each in others)
        top = tuple((other, each) for other, each in numbers if each is not None)
        yield _Token(TokenLogprob(token, logprob, top), len(token.encode("utf-8", "replace")))


def _pair(item: dict[str, object]) -> tuple[str, float] | None:
    token, logprob = item.get("token"), _number(item.get("logprob"))
    return (token, logprob) if isinstance(token, str) and logprob is not None else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
