"""Answers and embeddings, as a server gave them.

A server may leave out any field: text is then empty, numbers are None. Durations are seconds.
"""

from dataclasses import field
from typing import Literal, TypeAlias

from ollama_cli.types.values import dataclass

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
class Answer:
    """A complete answer; `tool_calls` are objects with name, arguments and id."""

    model: str = ""
    text: str = ""
    thinking: str = ""
    done_reason: str | None = None
    tool_calls: tuple[dict[str, object], ...] = ()
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)


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
