"""The messages of a conversation, as other programs write them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

Role = Literal["system", "user", "assistant", "tool"]
"""Who speaks in a message."""


class Message(TypedDict):
    """One message for `chat`; a plain dictionary does as well.

    `images` are base64; `tool_calls` are the model's, `tool_name` and `tool_call_id` stand in the
    result of one. Source: https://docs.ollama.com/api/chat.
    """

    role: Role
    content: str
    images: NotRequired[Sequence[str]]
    thinking: NotRequired[str]
    tool_calls: NotRequired[Sequence[Mapping[str, Any]]]
    tool_name: NotRequired[str]
    tool_call_id: NotRequired[str]
