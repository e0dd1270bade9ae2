"""Conversations as they are kept: sessions, and the messages of their trees.

Times are text in UTC, `2026-11-29T12:00:00.000Z`.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias

from ollama_cli.types.answers import Timings, Usage
from ollama_cli.types.values import dataclass

State: TypeAlias = Literal["done", "interrupted", "partial", "failed", "summary"]


@dataclass(frozen=True)
class Attachment:
    """A file that went along with a question; its bytes are kept by their SHA-256, once."""

    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Message:
    """One message of a session's tree; `parent` is the id of the one before it.

    A `failed` question got no answer, and is not sent again; of an `interrupted` or `partial`
    answer the beginning is known, and it is sent. `summary` stands for what came before it.
    `id` is None while the message is kept nowhere.
    """

    role: str
    content: str
    thinking: str = ""
    state: State = "done"
    model: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)
    created_at: str = ""
    id: int | None = None
    parent: int | None = None


@dataclass(frozen=True)
class Session:
    """One conversation; `head` is the id of the last message of the branch that is followed."""

    id: str
    title: str
    created_at: str
    updated_at: str
    head: int | None = None
    model: str | None = None
    system: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    forked_from: str | None = None
