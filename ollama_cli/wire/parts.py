"""What stands in a piece of an answer, in the words of all servers: text, thinking, and the rest.

A piece is a delta, a message or a line; its text is a string or a list of parts. Sources: OpenAI's
and Anthropic's API references, and what Mistral, DeepSeek, vLLM, OpenRouter and Gemini send.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

_TEXTS: Final = ("content", "text", "response")
_THINKING: Final = (
    "thinking", "reasoning", "reasoning_content", "reasoning_text", "reasoning_details", "thought",
    "thinking_blocks",
)  # fmt: skip
_INNER_TEXTS: Final = ("text", "content", "refusal", "output_text", "transcript", "value")
_INNER_THINKING: Final = ("thinking", "reasoning", "text", "content", "summary")
_ATTACHED: Final = {"images": "an image", "image": "an image", "audio": "audio", "video": "a video"}
# What a piece may hold beside its text and its role.
MORE: Final = frozenset({*_THINKING, *_ATTACHED, "tool_calls", "function_call", "refusal"})
# Parts that may be empty, or say something of the text beside them.
_WORDLESS: Final = ("text", "thinking", "reasoning", "refusal", "reference", "citation", "message")
_DEEPEST: Final = 8
Kind = Literal["text", "thinking", "unshown"]


class Piece(NamedTuple):
    """One piece: text, thinking, or the name of what cannot be shown (an image, audio)."""

    kind: Kind
    text: str


def read_pieces(part: Mapping[str, Any]) -> Iterator[Piece]:
    """Read the pieces of a delta, a message or a line, in their order; thinking comes first."""
    yield from _first(part, _THINKING, "thinking")
    said = _first(part, _TEXTS, "text")
    yield from said
    if part.get("refusal"):
        yield from (piece for piece in _read(part["refusal"], "text", 0) if piece not in said)
    for name, shown in _ATTACHED.items():
        value = part.get(name)
        if value:
            yield from _read(value, "text", 1) if isinstance(value, dict) else ()
            yield Piece("unshown", shown)


def _first(part: Mapping[str, Any], names: tuple[str, ...], kind: Kind) -> list[Piece]:
    """Read the first field that holds anything: some servers send the same text in two."""
    for name in names:
        if part.get(name) and (found := list(_read(part[name], kind, 0))):
            return found
    return []


def _read(value: object, kind: Kind, depth: int) -> Iterator[Piece]:
    if isinstance(value, str):
        if value:
            yield Piece(kind, value)
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value:
            yield from _read(item, kind, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        yield from _read_part(value, kind, depth + 1)


def _read_part(part: Mapping[str, Any], kind: Kind, depth: int) -> Iterator[Piece]:
    name = part.get("type")
    name = name.lower() if isinstance(name, str) else ""
    names: tuple[str, ...] = _INNER_TEXTS
    is_thought = "thinking" in name or "reasoning" in name or part.get("thought") is True
    if kind == "thinking" or is_thought:
        kind, names = "thinking", _INNER_THINKING
    found = False
    for each in names:
        if not found:
            for piece in _read(part.get(each), kind, depth):
                found = True
                yield piece
    for word, shown in _ATTACHED.items():
        if word in name:
            yield Piece("unshown", shown)
            return
    if not found and name and not any(word in name for word in _WORDLESS):
        yield Piece("unshown", f"a part of type {name!r}")
