"""A server that counts words as its tokens, as servers count: one answer's token, and a limit."""

import json
from collections.abc import Callable
from typing import Any

from hostile import Peer, Server, by_path, document

TOO_LONG = "the input length exceeds the context length"
TEMPLATE = 7  # tokens of template and system prompt
MARK = 1  # the token that begins every text


def counting(*, holds: int = 4096, loaded: int | None = None, tells_needs: bool = False) -> Server:
    """Count words; a model that is loaded has a context of so many tokens, else of `holds`.

    What does not fit is refused, by a newer server with its number.
    """
    state: dict[str, int | None] = {"context": loaded}

    def load(body: Any) -> int:
        state["context"] = body.get("options", {}).get("num_ctx", holds)
        return state["context"] or holds

    def reader(tokens_of: Callable[[Any], int]) -> Callable[[Peer], None]:
        def read(peer: Peer) -> None:
            body = peer.request.json
            room, tokens = load(body), tokens_of(body)
            if tokens > room:
                document({"error": _needs(tokens, room) if tells_needs else TOO_LONG}, 400)(peer)
            else:
                document({"response": "x", "done": True, "prompt_eval_count": tokens})(peer)

        return read

    def running(peer: Peer) -> None:
        known = [] if state["context"] is None else [{"context_length": state["context"]}]
        document({"models": [{"name": "m:latest", "model": "m:latest", **each} for each in known]})(
            peer
        )

    return Server(
        by_path(
            {
                "/api/ps": running,
                "/api/show": document({"capabilities": ["completion"]}),
                "/api/generate": reader(lambda body: MARK + _words(body["prompt"])),
                "/api/chat": reader(
                    lambda body: MARK + TEMPLATE + _words(body["messages"][0]["content"])
                ),
            }
        )
    )


def _words(text: str) -> int:
    return len(text.split())


def _needs(tokens: int, room: int) -> str:
    error = {"code": 400, "type": "exceed_context_size_error"}
    words = f"request ({tokens} tokens) exceeds the available context size ({room} tokens)"
    error |= {"message": f"{words}, try increasing it", "n_prompt_tokens": tokens, "n_ctx": room}
    return json.dumps({"error": error})
