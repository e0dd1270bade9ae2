"""Bodies for `/v1/messages` of Anthropic's API; what it cannot carry is reported by name.

Source: Anthropic's API reference, and what Ollama 0.24.0 and 0.32.15 take.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from ollama_cli.errors import UsageError
from ollama_cli.types.requests import AnyRequest, ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.wire.arguments import parse_arguments
from ollama_cli.wire.images import media_type

R = TypeVar("R", bound=AnyRequest)
Fields = Mapping[str, Any]
MOST_TOKENS: Final = 4096
"""The limit of tokens where none is given: this API takes no request without one."""
_OPTIONS: Final = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "stop": "stop_sequences",
    "num_predict": "max_tokens",
}
_NO_WORDS: Final = {
    "raw": "raw",
    "template": "template",
    "suffix": "suffix",
    "format": "a format or schema of answers",
}
_NO_PARAMETERS: Final = {"type": "object", "properties": {}}


def fitting(fields: Fields) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Split arguments into those that can be sent and the names of the others (`num_ctx`, …)."""
    options = fields.get("options") or {}
    left_out = [name for name in options if name not in _OPTIONS]
    left_out += ["keep_alive"] if fields.get("keep_alive") is not None else []
    kept = {name: value for name, value in fields.items() if name != "keep_alive"}
    if options:
        kept["options"] = {name: options[name] for name in options if name in _OPTIONS}
    return kept, tuple(left_out)


def fitted(request: R) -> tuple[R, tuple[str, ...]]:
    """Return the request without what cannot be sent, and the names of that."""
    if isinstance(request, EmbedRequest):  # there is nothing to send it to
        return request, ()
    kept, left_out = fitting({"options": request.options, "keep_alive": request.keep_alive})
    left_out += () if request.logprobs is None else ("logprobs",)
    others: dict[str, Any] = {"options": kept["options"], "keep_alive": None, "logprobs": None}
    return replace(request, **others), left_out


def message_body(request: GenerateRequest | ChatRequest) -> dict[str, Any]:
    """Write the body of `/v1/messages`; UsageError for what it cannot carry.

    Without a limit of tokens it is 4096, and thinking takes half of them.
    """
    _refuse_unsent(request)
    conversation = _conversation_of(request)
    system = [str(each.get("content") or "") for each in conversation if _is_system(each)]
    body: dict[str, Any] = {
        "model": request.model,
        "messages": messages(each for each in conversation if not _is_system(each)),
        **_sampling(request.options),
        "stream": True,
    }
    if text := "\n\n".join(filter(None, system)):
        body["system"] = text
    if isinstance(request, ChatRequest) and request.tools:
        body["tools"] = [_tool(each) for each in request.tools]
    if request.think is not None:
        half = {"type": "enabled", "budget_tokens": body["max_tokens"] // 2}
        body["thinking"] = half if request.think else {"type": "disabled"}
    return body


def has_limit(request: GenerateRequest | ChatRequest) -> bool:
    """Return whether a request has a limit of tokens of its own."""
    return _limit(request.options) is not None


def messages(conversation: Iterable[Fields]) -> list[dict[str, Any]]:
    """Write a conversation: calls, images and the results of tools are blocks.

    Results that follow one another are one message of the user, as the API wants it; what it would
    refuse for its emptiness is left out.
    """
    written: list[dict[str, Any]] = []
    open_ids: list[str] = []
    for message in conversation:
        if message.get("role") == "tool":
            answered = message.get("tool_call_id") or (open_ids[0] if open_ids else "")
            open_ids = [each for each in open_ids if each != answered]
            _add_result(written, {**message, "tool_call_id": answered})
            continue
        content = _content(message, f"call_{len(written)}")
        if isinstance(content, list):
            open_ids = [str(each.get("id") or "") for each in content if _is(each, "tool_use")]
        is_blank = isinstance(content, str) and not content.strip()
        if not is_blank or message.get("role") != "assistant":
            written.append({"role": message.get("role"), "content": content})
    return written


def _refuse_unsent(request: GenerateRequest | ChatRequest) -> None:
    """Raise UsageError for what the API cannot carry: none of it may be dropped silently."""
    names = list(fitted(request)[1])
    names += [
        words
        for name, words in _NO_WORDS.items()
        if getattr(request, name, None) not in (None, False)
    ]
    if names:
        raise UsageError(
            f"Anthropic's API cannot carry {', '.join(names)}",
            hint="leave it out, or use another API of the server: `--api auto`",
        )


def _conversation_of(request: GenerateRequest | ChatRequest) -> Sequence[Fields]:
    if isinstance(request, ChatRequest):
        return request.messages
    first = [{"role": "system", "content": request.system}] if request.system else []
    return [*first, {"role": "user", "content": request.prompt, "images": request.images}]


def _is_system(message: Fields) -> bool:
    return message.get("role") == "system"


def _limit(options: Fields | None) -> int | None:
    limit = (options or {}).get("num_predict")
    return limit if isinstance(limit, int) and limit > 0 else None


def _sampling(options: Fields | None) -> dict[str, Any]:
    body = {_OPTIONS[name]: value for name, value in (options or {}).items()}
    if isinstance(stop := body.get("stop_sequences"), str):
        body["stop_sequences"] = [stop]
    return {**body, "max_tokens": _limit(options) or MOST_TOKENS}


def _tool(tool: Fields) -> dict[str, Any]:
    function = tool.get("function") or tool
    described = {"description": text} if (text := function.get("description")) else {}
    schema = {**_NO_PARAMETERS, **(function.get("parameters") or {})}
    return {"name": function.get("name"), **described, "input_schema": schema}


def _content(message: Fields, name: str) -> object:
    """Write what a message holds: text alone as it is, else blocks; `name` begins missing ids."""
    if message.get("blocks"):
        return list(message["blocks"])
    text, images = message.get("content") or "", message.get("images") or ()
    calls = message.get("tool_calls") or ()
    if not images and not calls:
        return text
    blocks = [_image(image) for image in images]
    if str(text).strip():
        blocks.append({"type": "text", "text": text})
    return blocks + [_call(call, f"{name}_{number}") for number, call in enumerate(calls)]


def _image(image: str) -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type(image), "data": image}
    return {"type": "image", "source": source}


def _call(call: Fields, name: str) -> dict[str, Any]:
    function = call.get("function") or call
    given = function.get("arguments") or {}
    tool = str(function.get("name") or "")
    arguments = parse_arguments(tool, given) if isinstance(given, str) else given
    return {"type": "tool_use", "id": call.get("id") or name, "name": tool, "input": arguments}


def _is(block: object, kind: str) -> bool:
    return isinstance(block, dict) and block.get("type") == kind


def _add_result(written: list[dict[str, Any]], message: Fields) -> None:
    content = message.get("content") or ""
    block = {
        "type": "tool_result",
        "tool_use_id": message["tool_call_id"],
        **({"content": content} if content else {}),
    }
    before = written[-1]["content"] if written else ""
    if isinstance(before, list) and any(_is(each, "tool_result") for each in before):
        before.append(block)
    else:
        written.append({"role": "user", "content": [block]})
