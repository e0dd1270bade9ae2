"""Events of an answer by `/v1/messages`, and servers that stream them: for tests."""

import json
from typing import Any

from answer_chunks import streamed
from hostile import Peer, Script, document

STOP: dict[str, Any] = {"type": "message_stop"}
PING: dict[str, Any] = {"type": "ping"}


def start(**usage: int) -> dict[str, Any]:
    """The first event; its numbers are estimates."""
    usage = usage or {"input_tokens": 2, "output_tokens": 0}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    return {"type": "message_start", "message": {**message, "usage": usage}}


def begin(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    """The start of a block."""
    block = {"type": kind, **fields}
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    """A piece of a block."""
    piece = {"type": kind, **fields}
    return {"type": "content_block_delta", "index": index, "delta": piece}


def end(index: int = 0) -> dict[str, Any]:
    """The end of a block."""
    return {"type": "content_block_stop", "index": index}


def reason(word: str | None, **usage: int) -> dict[str, Any]:
    """The event that tells why it ended, and the numbers."""
    return {"type": "message_delta", "delta": {"stop_reason": word}, "usage": usage}


def said(text: str, index: int = 0) -> list[dict[str, Any]]:
    """A whole block of text."""
    return [begin("text", index, text=""), delta("text_delta", index, text=text), end(index)]


def written(value: dict[str, Any]) -> bytes:
    """One event as it is sent."""
    payload = json.dumps(value, ensure_ascii=False)
    return f"event: {value['type']}\ndata: {payload}\n\n".encode()


def body(*values: dict[str, Any]) -> bytes:
    """Events as they are sent."""
    return b"".join(map(written, values))


def answered(*values: dict[str, Any], why: str | None = "end_turn") -> Script:
    """Stream a whole answer, a chunk per event: `values` stand between its start and its end."""
    ended = reason(why, input_tokens=35, output_tokens=5)
    return streamed(*map(written, (start(), *values, ended, STOP)))


def refused(status: int, kind: str, message: str) -> Script:
    """An error answer."""
    return document({"type": "error", "error": {"type": kind, "message": message}}, status)


def by_turns(*scripts: Script) -> Script:
    """Play the first script to the first request, and so on."""
    left = iter(scripts)

    def play(peer: Peer) -> None:
        next(left)(peer)

    return play
