"""Chunks of an OpenAI-compatible answer, and servers that stream them: for tests."""

import json
from typing import Any

from hostile import LAST_CHUNK, Script, bytes_then, chunk, head

SSE = {"Content-Type": "text/event-stream"}
OPENED = head(200, {**SSE, "Transfer-Encoding": "chunked"})
DONE = b"data: [DONE]\n\n"


def delta(reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chunk of a chat completion."""
    choice = {"index": 0, "delta": fields, "finish_reason": reason}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}


def piece(text: str, reason: str | None = None) -> dict[str, Any]:
    """One chunk of a plain completion."""
    choice = {"index": 0, "text": text, "finish_reason": reason}
    return {"id": "c", "object": "text_completion", "model": "m", "choices": [choice]}


def usage(read: int, written: int) -> dict[str, Any]:
    """The chunk that counts: no choices."""
    counted = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return {"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": counted}


def called(index: int | None, **fragment: Any) -> dict[str, Any]:
    """One chunk with a fragment of a tool call: `id`, `name`, `arguments`."""
    function = {name: fragment[name] for name in ("name", "arguments") if name in fragment}
    call: dict[str, Any] = {"function": function}
    if index is not None:
        call["index"] = index
    if "id" in fragment:
        call |= {"id": fragment["id"], "type": "function"}
    return delta(tool_calls=[call])


def event(value: object) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def body(*values: object) -> bytes:
    """A whole stream of events with its end."""
    return b"".join(map(event, values)) + DONE


def streamed(*pieces: bytes) -> Script:
    """Answer with these bytes of a stream, a chunk each."""
    return bytes_then(OPENED + b"".join(map(chunk, pieces)) + LAST_CHUNK)


def events(*values: object) -> Script:
    """A whole stream, a chunk per event."""
    return streamed(*map(event, values), DONE)
