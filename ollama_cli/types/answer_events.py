"""The events of an answer."""

from dataclasses import field
from typing import TypeAlias

from ollama_cli.types.answers import Answer
from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True)
class Thinking:
    """A piece of the model's thinking."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model wants to call; `arguments` is the JSON object as it was sent."""

    name: str
    arguments: dict[str, object] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True)
class Done:
    """The end of an answer; `answer` holds all of it: text, thinking, calls, counts, durations."""

    answer: Answer


GenerateEvent: TypeAlias = Text | Thinking | ToolCall | Done


ChatEvent: TypeAlias = Text | Thinking | ToolCall | Done
