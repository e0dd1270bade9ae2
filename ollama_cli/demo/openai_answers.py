"""The OpenAI-compatible routes for chat completions and completions."""

import json
import time
from collections.abc import Iterator
from random import randrange
from typing import Any, Final

from ollama_cli.demo import asking
from ollama_cli.demo.answer import Answer, Piece
from ollama_cli.demo.conversations import chat_task, generate_task, with_first_event
from ollama_cli.demo.documents import BAD_REQUEST, SSE, Document, Event, RefusalError, Stream
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.machine import Request
from ollama_cli.demo.openai import EarlyRefusalError, document, read

_DEFAULT_TEMPERATURE: Final = 1.0
_NO_USAGE: Final = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
_LOADED: Final = {"text": "", "index": 0, "finish_reason": "load"}
_GO_NAMES: Final = {
    type(None): "<nil>",
    bool: "bool",
    int: "float64",
    float: "float64",
    dict: "map[string]interface {}",
}


def chat(request: Request) -> Document | Stream:
    """Answer a conversation, as one document or as server-sent events."""
    wanted = read(request, "ChatCompletionRequest")
    native = _native_chat(wanted)
    installed = asking.find_model(request.machine, wanted.text("model"))
    task = chat_task(request, native, installed)
    assert task is not None  # noqa: S101  _native_chat refuses an empty conversation
    return _respond(wanted, Answer(task, request), _ChatShape())


def complete(request: Request) -> Document | Stream:
    """Continue a prompt, as one document or as server-sent events; an empty one loads the model."""
    wanted = read(request, "CompletionRequest")
    native = _native_prompt(wanted)
    installed = asking.find_model(request.machine, wanted.text("model"))
    task = generate_task(request, native, installed)
    if task is None:
        return _load_answer(wanted)
    return _respond(wanted, Answer(task, request), _TextShape())


class _ChatShape:
    """The shape of chat completions: deltas, the role in the first one."""

    prefix: Final = "chatcmpl"
    kinds: Final = ("chat.completion", "chat.completion.chunk")

    def whole(self, pieces: list[Piece], answer: Answer) -> dict[str, Any]:
        text = "".join(piece.text for piece in pieces)
        thinking = "".join(piece.thinking for piece in pieces)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        message |= {"reasoning": thinking} if thinking else {}
        for piece in pieces:
            message |= _calls(piece)
        reason = "tool_calls" if "tool_calls" in message else answer.reason
        return {"index": 0, "message": message, "finish_reason": reason} | _logprobs(answer)

    def pieces(self, answer: Answer) -> Iterator[dict[str, Any]]:
        role, reason = {"role": "assistant"}, ""
        for piece in answer:
            delta = role | {"content": piece.text}
            delta |= {"reasoning": piece.thinking} if piece.thinking else {}
            choice = {"index": 0, "delta": delta | _calls(piece), "finish_reason": None}
            yield choice | _logprobs(answer)
            role, reason = {}, "tool_calls" if piece.call else ""
        yield {"index": 0, "delta": {}, "finish_reason": reason or answer.reason}


class _TextShape:
    """The shape of completions: texts, the last one empty."""

    prefix: Final = "cmpl"
    kinds: Final = ("text_completion", "text_completion")

    def whole(self, pieces: list[Piece], answer: Answer) -> dict[str, Any]:
        text = "".join(piece.text for piece in pieces)
        return {"text": text, "index": 0, "finish_reason": answer.reason}

    def pieces(self, answer: Answer) -> Iterator[dict[str, Any]]:
        for piece in answer:
            yield {"text": piece.text, "index": 0, "finish_reason": None}
        yield {"text": "", "index": 0, "finish_reason": answer.reason}


def _respond(wanted: Fields, answer: Answer, shape: _ChatShape | _TextShape) -> Document | Stream:
    kind, kind_of_chunk = shape.kinds
    typed = wanted.text("model")
    if wanted.flag("stream", default=False):
        with_usage = bool(wanted.object("stream_options").get("include_usage"))
        head = _head(typed, shape.prefix, kind_of_chunk)
        chunks = _chunks(answer, shape, head, with_usage=with_usage)
        return Stream(with_first_event(chunks), SSE)
    choice = shape.whole(list(answer), answer)
    head = _head(typed, shape.prefix, kind)
    return document(head | {"choices": [choice], "usage": _usage(answer)})


def _load_answer(wanted: Fields) -> Document | Stream:
    """Return the answer to an empty prompt, which only loads the model."""
    head = _head(wanted.text("model"), _TextShape.prefix, _TextShape.kinds[0])
    answer = head | {"choices": [_LOADED], "usage": _NO_USAGE}
    if not wanted.flag("stream", default=False):
        return document(answer)
    if not wanted.object("stream_options").get("include_usage"):
        del answer["usage"]
        return Stream(iter([answer]), SSE)
    return Stream(iter([answer, {**answer, "choices": []}]), SSE)


def _native_chat(wanted: Fields) -> Fields:
    """Convert the request to that of the native route."""
    sent = wanted.objects("messages")
    called = dict(_called(sent))
    messages = [_native_message(message, called) for message in sent]
    if not messages:
        raise EarlyRefusalError(BAD_REQUEST, "[] is too short - 'messages'")
    stop = wanted.raw("stop")
    effort = wanted.text("reasoning_effort")
    native = {
        "model": wanted.text("model"),
        "messages": messages,
        "options": _options(wanted) | {"stop": [stop] if isinstance(stop, str) else stop},
        "tools": wanted.items("tools"),
        "format": _format(wanted.object("response_format")),
        "think": effort != "none" if effort else None,
        "logprobs": wanted.flag("logprobs", default=False),
        "top_logprobs": wanted.integer("top_logprobs"),
    }
    return Fields(native, "ChatRequest")


def _native_prompt(wanted: Fields) -> Fields:
    """Convert the request to that of the native route, without format and tools."""
    try:
        native = {
            "model": wanted.text("model"),
            "prompt": wanted.text("prompt"),
            "suffix": wanted.text("suffix"),
            "options": _options(wanted) | {"stop": _stops(wanted.raw("stop"))},
        }
    except RefusalError as error:
        raise EarlyRefusalError(error.status, error.text) from error
    return Fields(native, "GenerateRequest")


def _options(wanted: Fields) -> dict[str, Any]:
    temperature, top_p = wanted.number("temperature"), wanted.number("top_p")
    return {
        "temperature": _DEFAULT_TEMPERATURE if temperature is None else temperature,
        "top_p": 1.0 if top_p is None else top_p,
        "seed": wanted.integer("seed"),
        "num_predict": wanted.integer("max_tokens"),
    }


def _stops(stop: Any) -> list[str]:
    """Parse stop sequences: one or several; other values mean none."""
    if isinstance(stop, str):
        return [stop]
    stops = stop if isinstance(stop, list) else []
    for each in stops:
        if not isinstance(each, str):
            kind = _GO_NAMES.get(type(each), "[]interface {}")
            raise RefusalError(BAD_REQUEST, f"invalid type for 'stop' field: {kind}")
    return stops


def _called(messages: list[Fields]) -> Iterator[tuple[str, str]]:
    """Yield the ids of the calls in a conversation, each with the name of its tool."""
    for message in messages:
        for call in message.objects("tool_calls", "openai.ToolCall"):
            yield call.text("id"), Fields(call.object("function"), "ToolCall.function").text("name")


def _native_message(message: Fields, called: dict[str, str]) -> dict[str, Any]:
    """Join the text parts of a message; `image_url` parts become images.

    A result is given the name of the tool that was `called` by the id.
    """
    content = message.raw("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts, images = [], []
    for part in parts:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "text", "text": None}:
                pass
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                images.append(url.partition(",")[2])
            case _:
                raise EarlyRefusalError(BAD_REQUEST, "invalid message format")
    native = {"role": message.text("role"), "content": "\n".join(texts), "images": images}
    name = called.get(message.text("tool_call_id"), "")
    return native | ({"tool_name": name} if name else {})


def _format(wanted: dict[str, Any]) -> Any:
    if wanted.get("type") == "json_object":
        return "json"
    described = wanted.get("json_schema")
    return described.get("schema") if isinstance(described, dict) else None


def _chunks(
    answer: Answer, shape: _ChatShape | _TextShape, head: dict[str, Any], *, with_usage: bool
) -> Iterator[Event]:
    """Yield an answer in chunks; the last one, with the usage, has no choices."""
    # The real server sends these zeros with each chunk of completions, but not of chat.
    zeros = {"usage": _NO_USAGE} if with_usage and isinstance(shape, _TextShape) else {}
    for choice in shape.pieces(answer):
        yield head | {"choices": [choice]} | zeros
    if with_usage:
        yield head | {"choices": [], "usage": _usage(answer)}


def _head(typed: str, prefix: str, kind: str) -> dict[str, Any]:
    return {
        "id": f"{prefix}-{randrange(999)}",  # noqa: S311  an identifier, as weak as the real one
        "object": kind,
        "created": int(time.time()),
        "model": typed,
        "system_fingerprint": "fp_ollama",
    }


def _calls(piece: Piece) -> dict[str, Any]:
    """Return the `tool_calls` of a piece, the arguments as a text."""
    if piece.call is None:
        return {}
    arguments = json.dumps(piece.call.arguments, ensure_ascii=False, separators=(",", ":"))
    function = {"name": piece.call.name, "arguments": arguments}
    call = {"id": piece.call.id, "index": 0, "type": "function", "function": function}
    return {"tool_calls": [call]}


def _logprobs(answer: Answer) -> dict[str, Any]:
    found = answer.logprobs()
    return {"logprobs": {"content": found}} if found else {}


def _usage(answer: Answer) -> dict[str, int]:
    read, written = len(answer.task.prompt), len(answer.tokens)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
