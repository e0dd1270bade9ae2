"""What streams are made of: the events of a pull and of an answer."""

from typing import TypeAlias

from ollama_cli.types.replies import Answer
from ollama_cli.types.values import Value, field


class Status(Value):
    """A phase of a pull, in the server's words."""

    text: str


class ChunkProgress(Value):
    """How far one layer has come, in bytes; None where the server does not say."""

    digest: str
    total: int | None = None
    completed: int | None = None


class Success(Value):
    """The pull is complete and verified."""


class Error(Value):
    """The server gave up, in its words."""

    message: str


class Layer(Value):
    """One layer as a manifest lists it: its digest (`sha256:…`) and size in bytes."""

    digest: str
    size: int


class Expected(Value):
    """What a model holds in all, known from its manifest before the first byte is pulled."""

    layers: tuple[Layer, ...]


class Restart(Value):
    """The pull is begun again after `pause` seconds.

    `attempt` counts the further tries since bytes were last gained, from 1.
    """

    attempt: int
    reason: str
    pause: float = 0.0


PullEvent: TypeAlias = Expected | Status | ChunkProgress | Restart | Success | Error


class Text(Value):
    """A piece of the answer."""

    text: str


class Thinking(Value):
    """A piece of the model's thinking."""

    text: str


class ToolCall(Value):
    """A tool that the model wants called; `arguments` is the JSON object as it came."""

    name: str
    arguments: dict[str, object] = field(default_factory=dict)
    id: str | None = None


class Done(Value):
    """The end of an answer; `answer` holds all of it: text, thinking, calls, counts, durations."""

    answer: Answer


GenerateEvent: TypeAlias = Text | Thinking | ToolCall | Done
ChatEvent: TypeAlias = Text | Thinking | ToolCall | Done
