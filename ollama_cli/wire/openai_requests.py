"""Bodies for the OpenAI-compatible API; what it cannot carry is reported by name."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from ollama_cli.errors import UsageError
from ollama_cli.types.answers import Think
from ollama_cli.types.requests import AnyRequest, ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.wire.images import media_type

R = TypeVar("R", bound=AnyRequest)
_CHAT: Final = "/chat/completions"
_COMPLETIONS: Final = "/completions"
_OPTIONS: Final = {
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop",
    "num_predict": "max_tokens",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
_UNSENT: Final = ("keep_alive", "truncate")
Fields = Mapping[str, Any]


def fitting(fields: Fields) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Split arguments into those that can be sent and the names of the others (`num_ctx`, …)."""
    options = fields.get("options") or {}
    left_out = [name for name in options if name not in _OPTIONS]
    left_out += [name for name in _UNSENT if fields.get(name) is not None]
    kept = {name: value for name, value in fields.items() if name not in _UNSENT}
    if options:
        kept["options"] = {name: options[name] for name in options if name in _OPTIONS}
    return kept, tuple(left_out)


def fitted(request: R) -> tuple[R, tuple[str, ...]]:
    """Return the request without what cannot be sent, and the names of that.

    How a prompt that is too long is treated is not among them: its numbers show what was done.
    """
    names = ["options", *(_UNSENT if isinstance(request, EmbedRequest) else ("keep_alive",))]
    kept, left_out = fitting({name: getattr(request, name) for name in names})
    others: dict[str, Any] = dict.fromkeys(names) | kept
    return replace(request, **others), left_out


def refuse_unsent(request: AnyRequest) -> None:
    """Raise UsageError for what the API cannot carry: none of it may be dropped silently."""
    names = list(fitted(request)[1])
    if getattr(request, "template", None) is not None:
        names.append("template")
    if names:
        raise UsageError(
            f"the OpenAI-compatible API cannot carry {', '.join(names)}",
            hint="leave it out, or use Ollama's own API",
        )
    if isinstance(request, EmbedRequest) and request.options:
        raise UsageError(
            f"the OpenAI-compatible API embeds without options: {', '.join(request.options)}"
        )


def possible_requests(
    request: GenerateRequest | ChatRequest, *, has_completions: bool
) -> list[tuple[str, dict[str, Any]]]:
    """Return the ways to send a request, the best first: each a path below `/v1` and a body.

    Raises UsageError for what cannot be sent at all.
    """
    refuse_unsent(request)
    if isinstance(request, ChatRequest):
        return [(_CHAT, _chat_body(request, messages(request.messages)))]
    is_plain = request.raw or request.suffix is not None
    is_chat = bool(request.system or request.images)
    is_chat = is_chat or request.format is not None or request.think is not None
    if is_plain and is_chat:
        raise UsageError(
            "the OpenAI-compatible API takes raw and suffix with a bare prompt only",
            hint="leave out the system prompt, images, format and thinking",
        )
    prompt = conversation(request.prompt, request.system, request.images)
    found = [] if is_plain else [(_CHAT, _chat_body(request, prompt))]
    # Ollama's own /v1/completions has no logprobs.
    if not is_chat and (is_plain or (has_completions and request.logprobs is None)):
        found.insert(0, (_COMPLETIONS, _bare_body(request)))
    return found


def embed_body(texts: Sequence[str], request: EmbedRequest) -> dict[str, Any]:
    """Write the body of `/v1/embeddings`."""
    body = {"model": request.model, "input": texts, "dimensions": request.dimensions}
    return {name: value for name, value in body.items() if value is not None}


def _chat_body(request: GenerateRequest | ChatRequest, sent: Sequence[Fields]) -> dict[str, Any]:
    tools = request.tools if isinstance(request, ChatRequest) else ()
    return {
        "model": request.model,
        "messages": list(sent),
        **({"tools": [dict(tool) for tool in tools]} if tools else {}),
        **sampling(request.options, request.think, request.format),
        **({} if request.logprobs is None else {"logprobs": True}),
        **({"top_logprobs": request.logprobs} if request.logprobs else {}),
    }


def _bare_body(request: GenerateRequest) -> dict[str, Any]:
    suffix = {} if request.suffix is None else {"suffix": request.suffix}
    bare = {"model": request.model, "prompt": request.prompt, **suffix}
    logprobs = {} if request.logprobs is None else {"logprobs": request.logprobs}
    return {**bare, **sampling(request.options), **logprobs}


def sampling(
    options: Fields | None,
    think: Think | None = None,
    format: str | Fields | None = None,  # noqa: A002  the wire's own word
) -> dict[str, Any]:
    """Write the fields for sampling, thinking and format."""
    body = {_OPTIONS[name]: value for name, value in (options or {}).items()}
    if (body.get("max_tokens") or 0) < 0:  # no limit, which has no number in this API
        del body["max_tokens"]
    if think is not None:
        efforts: dict[Think, str] = {True: "medium", False: "none"}
        body["reasoning_effort"] = efforts.get(think, think)
    if format is not None:
        body["response_format"] = _response_format(format)
    return body


def messages(conversation: Iterable[Fields]) -> list[dict[str, Any]]:
    """Write a conversation: images as parts, the arguments of tool calls as JSON text."""
    written: list[dict[str, Any]] = []
    open_ids: list[str] = []
    for message in conversation:
        new = {"role": message.get("role"), "content": _content(message)}
        if calls := message.get("tool_calls"):
            named = [_call(call, f"call_{len(written)}_{n}") for n, call in enumerate(calls)]
            open_ids = [call["id"] for call in named]
            new["tool_calls"] = named
        if message.get("role") == "tool":
            answered = message.get("tool_call_id") or (open_ids[0] if open_ids else "")
            open_ids = [each for each in open_ids if each != answered]
            new["tool_call_id"] = answered
        written.append(new)
    return written


def conversation(prompt: str, system: str | None, images: Sequence[str]) -> list[dict[str, Any]]:
    """Write one prompt as a conversation."""
    first = [{"role": "system", "content": system}] if system else []
    return messages([*first, {"role": "user", "content": prompt, "images": images}])


def _content(message: Fields) -> object:
    text, images = message.get("content") or "", message.get("images") or ()
    if not images:
        return text
    parts = [{"type": "image_url", "image_url": {"url": _data_url(image)}} for image in images]
    return [{"type": "text", "text": text}, *parts]


def _data_url(image: str) -> str:
    return f"data:{media_type(image)};base64,{image}"


def _call(call: Fields, name: str) -> dict[str, Any]:
    function = call.get("function") or call
    arguments = function.get("arguments")
    written = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    sent = {"name": function.get("name"), "arguments": written}
    return {"id": call.get("id") or name, "type": "function", "function": sent}


def _response_format(wanted: str | Fields) -> dict[str, Any]:
    if isinstance(wanted, str):
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(wanted)}}
