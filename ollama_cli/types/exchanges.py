"""What passed through a relay: one request, and what became of it."""

from typing import Any, Final, Literal

from ollama_cli.types.contexts import looks_cut
from ollama_cli.types.values import dataclass

End = Literal["done", "client", "server"]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; None where the wire does not say.

    `first_byte_seconds` and `seconds` count from the head of the request, bytes with the heads.
    `ended` says who went away before the end, if anybody did. `client` is how the program names
    itself, else its address. The bodies are there if they were asked for.
    """

    id: int
    started_at: str
    method: str
    path: str
    api: Literal["native", "openai", "anthropic"] | None
    status: int | None
    model: str | None
    num_ctx: int | None
    context_length: int | None
    stream: bool | None
    messages: int | None
    tools: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    tokens_per_second: float | None
    first_byte_seconds: float | None
    seconds: float
    request_bytes: int
    response_bytes: int
    done_reason: str | None
    ended: End
    client: str = ""
    request_body: str | None = None
    response_body: str | None = None

    @property
    def truncated(self) -> bool | None:
        """Return whether the prompt was probably cut to fit the context, by what was read of it."""
        if self.prompt_tokens is None or self.context_length is None:
            return None
        return looks_cut(self.prompt_tokens, self.context_length)

    @property
    def is_full(self) -> bool | None:
        """Return whether the prompt and its answer fill the context, or did before it was cut."""
        if self.prompt_tokens is None or self.context_length is None:
            return None
        taken = self.prompt_tokens + (self.completion_tokens or 0)
        return taken >= self.context_length or self.truncated

    @property
    def record(self) -> dict[str, Any]:
        """Return what programs read, by the names of `KINDS`."""
        return {name: getattr(self, name) for name in KINDS}


KINDS: Final[dict[str, type]] = {
    "id": int,
    "started_at": str,
    "method": str,
    "path": str,
    "api": str,
    "status": int,
    "model": str,
    "num_ctx": int,
    "context_length": int,
    "stream": bool,
    "messages": int,
    "tools": int,
    "prompt_tokens": int,
    "completion_tokens": int,
    "tokens_per_second": float,
    "first_byte_seconds": float,
    "seconds": float,
    "request_bytes": int,
    "response_bytes": int,
    "done_reason": str,
    "truncated": bool,
    "ended": str,
}
"""The fields that programs read, in their order, and what each one is."""
