"""The OpenAI-compatible routes: models, chat completions, embeddings."""

import base64
import struct
import time
from collections.abc import Iterator
from random import randrange
from typing import Any, Final
from urllib.parse import unquote

from ollama_cli import names
from ollama_cli.demo import asking, embedding, models
from ollama_cli.demo.answer import Answer
from ollama_cli.demo.conversations import chat_task
from ollama_cli.demo.documents import (
    BAD_REQUEST,
    JSON,
    JSON_UTF8,
    NOT_FOUND,
    SSE,
    Document,
    Event,
    RefusalError,
    Stream,
    encode,
)
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.library import Installed
from ollama_cli.demo.machine import SECOND_NS, Request

MODELS: Final = "/v1/models/"

_KINDS: Final = {BAD_REQUEST: "invalid_request_error", NOT_FOUND: "not_found_error"}
_FIRST_TEMPERATURE: Final = 1.0


class EarlyRefusalError(RefusalError):
    """A refusal before the native route is asked; the real server writes it without a newline."""


def refusal(error: RefusalError) -> Document:
    """Make the document that says why a route under /v1 refused."""
    kind = _KINDS.get(error.status, "api_error")
    body = {"error": {"message": error.text, "type": kind, "param": None, "code": None}}
    if isinstance(error, EarlyRefusalError):
        return Document(error.status, encode(body).encode(), JSON_UTF8)
    return _document(body, status=error.status)


def list_models(request: Request) -> Document:
    """List the installed models; `null` where there is none."""
    data = [_described(each, each.name) for each in request.machine.library.all()]
    return _document({"object": "list", "data": data or None})


def one_model(request: Request) -> Document:
    """Describe one model under the name that was asked for."""
    name = unquote(request.path.removeprefix(MODELS))
    return _document(_described(models.find(request.machine, name), name))


def complete(request: Request) -> Document | Stream:
    """Answer a conversation, as one document or as server-sent events."""
    wanted = _read(request, "ChatCompletionRequest")
    streams = wanted.flag("stream", default=False)
    with_usage = bool(wanted.object("stream_options").get("include_usage"))
    native = _native_chat(wanted)
    installed = asking.installed_as_typed(request.machine, wanted.text("model"))
    task = chat_task(request, native, installed)
    assert task is not None  # noqa: S101  _native_chat refuses an empty conversation
    answer = Answer(task, request)
    if streams:
        return Stream(_chunks(answer, with_usage=with_usage), SSE)
    message = {"role": "assistant", "content": "".join(answer)}
    choice = {"index": 0, "message": message, "finish_reason": answer.reason}
    head = _head(answer, "chat.completion")
    return _document(head | {"choices": [choice], "usage": _usage(answer)})


def embed(request: Request) -> Document:
    """Embed one text or several, as numbers or as base64 of little-endian float32."""
    wanted = _read(request, "EmbedRequest")
    given = wanted.raw("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise EarlyRefusalError(BAD_REQUEST, "invalid input")
    installed = embedding.load(request, wanted)
    made = embedding.vectors_of(installed, texts, wanted)
    write = _base64 if wanted.text("encoding_format") == "base64" else list
    data = [
        {"object": "embedding", "embedding": write(vector), "index": index}
        for index, vector in enumerate(made.values)
    ]
    usage = {"prompt_tokens": made.tokens, "total_tokens": made.tokens}
    return _document(
        {"object": "list", "data": data, "model": wanted.text("model"), "usage": usage}
    )


def _read(request: Request, struct_name: str) -> Fields:
    try:
        return request.read(struct_name)
    except RefusalError as error:
        raise EarlyRefusalError(error.status, error.text) from error


def _document(value: object, *, status: int = 200) -> Document:
    return Document(status, f"{encode(value)}\n".encode("utf-8", "replace"), JSON)


def _described(installed: Installed, shown: str) -> dict[str, Any]:
    name = names.parse(installed.name)
    return {
        "id": shown,
        "object": "model",
        "created": installed.modified_ns // SECOND_NS,
        "owned_by": name.namespace if name else "",
    }


def _native_chat(wanted: Fields) -> Fields:
    """Say the request in the words of the native route."""
    messages = [_native_message(message) for message in wanted.objects("messages")]
    if not messages:
        raise EarlyRefusalError(BAD_REQUEST, "[] is too short - 'messages'")
    temperature = wanted.number("temperature")
    stop = wanted.raw("stop")
    values = {
        "temperature": _FIRST_TEMPERATURE if temperature is None else temperature,
        "top_p": 1.0 if wanted.number("top_p") is None else wanted.number("top_p"),
        "seed": wanted.whole("seed"),
        "num_predict": wanted.whole("max_tokens"),
        "stop": [stop] if isinstance(stop, str) else stop,
    }
    effort = wanted.text("reasoning_effort")
    native = {
        "model": wanted.text("model"),
        "messages": messages,
        "options": values,
        "tools": wanted.items("tools"),
        "format": _format(wanted.object("response_format")),
        "think": effort != "none" if effort else None,
    }
    return Fields(native, "ChatRequest")


def _native_message(message: Fields) -> dict[str, Any]:
    """Join the text parts of a message; pictures become images."""
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
    return {"role": message.text("role"), "content": "\n".join(texts), "images": images}


def _format(wanted: dict[str, Any]) -> Any:
    if wanted.get("type") == "json_object":
        return "json"
    described = wanted.get("json_schema")
    return described.get("schema") if isinstance(described, dict) else None


def _chunks(answer: Answer, *, with_usage: bool) -> Iterator[Event]:
    """Tell an answer in deltas: the role in the first, the reason in an empty last one."""
    head = _head(answer, "chat.completion.chunk")
    role = {"role": "assistant"}
    for piece in answer:
        delta = role | {"content": piece}
        yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        role = {}
    yield head | {"choices": [{"index": 0, "delta": {}, "finish_reason": answer.reason}]}
    if with_usage:
        yield head | {"choices": [], "usage": _usage(answer)}


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{randrange(999)}",  # noqa: S311  an identifier, as weak as the real one
        "object": kind,
        "created": int(time.time()),
        "model": answer.task.typed,
        "system_fingerprint": "fp_ollama",
    }


def _usage(answer: Answer) -> dict[str, int]:
    read, written = len(answer.task.prompt), len(answer.tokens)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def _base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
