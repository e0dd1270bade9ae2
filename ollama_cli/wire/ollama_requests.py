"""Bodies for Ollama's native API; the server decides about a field that is None."""

from collections.abc import Mapping, Sequence
from typing import Any

from ollama_cli.types.requests import ChatRequest, CountsAs, EmbedRequest, GenerateRequest


def question(request: GenerateRequest | ChatRequest) -> tuple[str, dict[str, Any]]:
    """Write a question: its route, and its body."""
    if isinstance(request, ChatRequest):
        return "/api/chat", chat_body(request)
    return "/api/generate", generate_body(request)


def generate_body(request: GenerateRequest) -> dict[str, Any]:
    """Write the body of `/api/generate`."""
    return {
        "model": request.model,
        "prompt": request.prompt,
        "system": request.system,
        "template": request.template,
        "suffix": request.suffix,
        "raw": request.raw or None,
        "images": list(request.images) or None,
        **_shared_fields(request),
    }


def chat_body(request: ChatRequest) -> dict[str, Any]:
    """Write the body of `/api/chat`."""
    return {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
        "tools": [dict(tool) for tool in request.tools] or None,
        **_shared_fields(request),
    }


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    """Write a message; results of tools have the tool's name here, and no id."""
    return {name: value for name, value in message.items() if name != "tool_call_id"}


def counting(
    model: str, text: str, counts_as: CountsAs, num_ctx: int | None
) -> tuple[str, dict[str, Any]]:
    """Return the route and the body of a question for the tokens of a text."""
    # One token of an answer: 0 is no limit.
    options = {"num_predict": 1, **({} if num_ctx is None else {"num_ctx": num_ctx})}
    shared = {"truncate": False, "options": options, "stream": False}
    match counts_as:
        case "message":
            messages = [{"role": "user", "content": text}]
            return "/api/chat", {"model": model, "messages": messages, **shared}
        case "embedding":
            return "/api/embed", {"model": model, "input": [text], **shared}
        case _:
            return "/api/generate", {"model": model, "prompt": text, "raw": True, **shared}


def embed_body(texts: Sequence[str], request: EmbedRequest) -> dict[str, Any]:
    """Write the body of `/api/embed`."""
    return {"model": request.model, "input": texts, **embed_fields(request)}


def embed_fields(request: EmbedRequest) -> dict[str, Any]:
    """Write the fields that `/api/embed` and the older `/api/embeddings` have in common."""
    fields = {
        "dimensions": request.dimensions,
        "truncate": request.truncate,
        "options": dict(request.options or {}) or None,
        "keep_alive": request.keep_alive,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _shared_fields(request: GenerateRequest | ChatRequest) -> dict[str, Any]:
    return {
        "format": request.format,
        "options": dict(request.options or {}) or None,
        "think": request.think,
        "keep_alive": request.keep_alive,
        "truncate": None if request.truncate else False,  # Ollama's own default is to cut silently
        "logprobs": None if request.logprobs is None else True,
        "top_logprobs": request.logprobs or None,
        "stream": True,
    }
