"""The events of an answer."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, TypeAlias

from ollama_cli.types.answers import Answer, TokenLogprob
from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Text:
    """A piece of the answer, with the logprobs of its tokens if they were asked for."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True)
class Thinking:
    """A piece of the model's thinking."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model wants to call; `arguments` is the JSON object as it was sent.

    `server` is where the tool is, if it is ours to run; its `name` is then the one it has there.
    What was sent and is no JSON object is `unread`.
    """

    name: str
    arguments: dict[str, object] = field(default_factory=dict)
    id: str | None = None
    server: str | None = None
    unread: str = ""


@dataclass(frozen=True)
class ToolResult:
    """What came of a call that was ours to run: the `text` that the model is told.

    One that nobody approved was not run. `size` is that of the whole result in bytes: the text may
    have been cut.
    """

    call: ToolCall
    ok: bool
    approved: bool
    seconds: float
    size: int
    text: str


@dataclass(frozen=True)
class Attempt:
    """The beginning of another try: its `number` is 2 or more, `reason` tells of the one before.

    That was `invalid`, or `cut` by a limit.
    """

    number: int
    reason: str


@dataclass(frozen=True)
class Item:
    """One item of a list, as soon as it is whole; its `index` begins at 0.

    One that is not `valid` has `problems`: what is wrong, each as `path` and `message`. The `value`
    of what is no JSON is None.
    """

    index: int
    value: object
    problems: tuple[Mapping[str, str], ...] = ()

    @property
    def valid(self) -> bool:
        """Return whether nothing is wrong with it."""
        return not self.problems


@dataclass(frozen=True)
class Found:
    """Further fields of the answer's JSON, as far as they are known before its end."""

    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """The end of an answer; `answer` holds all of it: text, thinking, calls, counts, durations.

    `more` are further fields of its JSON: what was found in the answer, on the user's demand.
    """

    answer: Answer
    more: Mapping[str, Any] = field(default_factory=dict)


GenerateEvent: TypeAlias = Text | Thinking | ToolCall | Done


ChatEvent: TypeAlias = Text | Thinking | ToolCall | Done


RunEvent: TypeAlias = ChatEvent | ToolResult | Attempt | Item | Found
