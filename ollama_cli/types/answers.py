"""Answers and embeddings, as a server gave them.

A server may leave out any field: text is then empty, numbers are None. Durations are seconds.
"""

from dataclasses import field
from typing import Literal, TypeAlias

from ollama_cli.types.values import dataclass

Cut: TypeAlias = Literal["max_tokens", "context", "shifted", "repetition", "filter", "paused"]
Think: TypeAlias = bool | Literal["low", "medium", "high", "max"]


@dataclass(frozen=True)
class Usage:
    """Tokens read and written."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True)
class Timings:
    """Seconds spent: in all, loading the model, reading the prompt, writing the answer."""

    total: float | None = None
    load: float | None = None
    prompt: float | None = None
    completion: float | None = None


@dataclass(frozen=True)
class Limit:
    """The limit at which an answer was cut: how many tokens, and whose it is."""

    tokens: int | None
    source: Literal["--max-tokens", "config", "model", "server", "context"]

    def as_dict(self) -> dict[str, object]:
        """Return the limit as a record for JSON output."""
        return {"tokens": self.tokens, "from": self.source}


@dataclass(frozen=True)
class TokenLogprob:
    """How likely a token was: the logarithm of its probability, and `top`, those of the likeliest.

    Where a schema or a format was held, the token was the likeliest that these allow, and the
    numbers are those before.
    """

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return it as a record for JSON output."""
        top = [{"token": token, "logprob": logprob} for token, logprob in self.top]
        return {"token": self.token, "logprob": self.logprob, "top": top}


@dataclass(frozen=True)
class Answer:
    """A whole answer; `tool_calls` are objects with name, arguments and id.

    `unshown` names what came along and is no text: an image, audio, a video. `complete` is false
    for every `cut`: at a `limit` (its tokens, and where it is from), where the context was full, by
    a filter or a pause, or of the start of the prompt, which was shifted out meanwhile.
    `prompt_truncated` tells whether the server read a part of the prompt only, `context_length` how
    many tokens fit; both are None if unknown. `blocks` are the parts in the server's own words, if
    it wants them back unchanged before the results of tools (signed thinking); no output has them.
    `cached` tells whether the answer was kept from an earlier one; None where none are.
    `logprobs` are those of the text, None if nobody asked for them, or the server told none.
    """

    model: str = ""
    text: str = ""
    thinking: str = ""
    done_reason: str | None = None
    tool_calls: tuple[dict[str, object], ...] = ()
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)
    unshown: tuple[str, ...] = ()
    complete: bool = True
    cut: Cut | None = None
    limit: Limit | None = None
    prompt_truncated: bool | None = None
    context_length: int | None = None
    blocks: tuple[dict[str, object], ...] = ()
    cached: bool | None = None
    logprobs: tuple[TokenLogprob, ...] | None = None


@dataclass(frozen=True)
class Embeddings:
    """One vector per input, in the order of the inputs; `dimensions` is 0 when there is none."""

    model: str
    vectors: tuple[tuple[float, ...], ...]
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)

    @property
    def dimensions(self) -> int:
        """Return how many numbers each vector has."""
        return len(self.vectors[0]) if self.vectors else 0
