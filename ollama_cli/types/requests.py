"""Requests to a server, as values: a client makes one HTTP request of each."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ollama_cli.types.answers import Think
from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class GenerateRequest:
    """One prompt to answer; `images` are base64, `options` the server's own.

    Without `gather` the text of Done stays empty, which saves memory; with `join` pieces of text
    that arrive together are one event. A prompt that is too long is refused unless `truncate`. The
    stream of an answer that `records` has the lines of Ollama's own API at its end.
    `logprobs` asks for those of each token, and of so many others.
    """

    model: str
    prompt: str
    system: str | None = None
    template: str | None = None
    suffix: str | None = None
    raw: bool = False
    images: Sequence[str] = ()
    format: str | Mapping[str, Any] | None = None
    options: Mapping[str, Any] | None = None
    think: Think | None = None
    keep_alive: str | float | None = None
    gather: bool = True
    join: bool = False
    truncate: bool = False
    records: bool = False
    logprobs: int | None = None


@dataclass(frozen=True)
class ChatRequest:
    """A conversation to answer; `messages` have role, content and images, base64.

    The other fields are as in GenerateRequest. Where `takes_unread`, a call with arguments that are
    no JSON object is an event, too, and no ProtocolError.
    """

    model: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    format: str | Mapping[str, Any] | None = None
    options: Mapping[str, Any] | None = None
    think: Think | None = None
    keep_alive: str | float | None = None
    gather: bool = True
    join: bool = False
    truncate: bool = False
    takes_unread: bool = False
    records: bool = False
    logprobs: int | None = None


@dataclass(frozen=True)
class EmbedRequest:
    """How texts are embedded; the texts themselves are passed batch by batch."""

    model: str
    dimensions: int | None = None
    truncate: bool | None = None
    options: Mapping[str, Any] | None = None
    keep_alive: str | float | None = None


CountsAs: TypeAlias = Literal["text", "message", "embedding"]
AnyRequest = GenerateRequest | ChatRequest | EmbedRequest
