"""The OpenAI-compatible routes for models and embeddings, and the refusals of all of them."""

import base64
import struct
from typing import Any, Final
from urllib.parse import unquote

from ollama_cli.demo import embedding, models
from ollama_cli.demo.documents import (
    BAD_REQUEST,
    JSON,
    JSON_UTF8,
    NOT_FOUND,
    Document,
    RefusalError,
    encode,
)
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.library import Installed
from ollama_cli.demo.machine import SECOND_NS, Request
from ollama_cli.types import model_names

MODELS: Final = "/v1/models/"

_KINDS: Final = {BAD_REQUEST: "invalid_request_error", NOT_FOUND: "not_found_error"}


class EarlyRefusalError(RefusalError):
    """A refusal before the native route runs; the real server writes it without a newline."""


def refusal(error: RefusalError) -> Document:
    """Return the document for the refusal of a route under /v1."""
    kind = _KINDS.get(error.status, "api_error")
    body = {"error": {"message": error.text, "type": kind, "param": None, "code": None}}
    if isinstance(error, EarlyRefusalError):
        return Document(error.status, encode(body).encode(), JSON_UTF8)
    return document(body, status=error.status)


def list_models(request: Request) -> Document:
    """List the installed models; `null` if there is none."""
    data = [_describe(each, each.name) for each in request.machine.library.all()]
    return document({"object": "list", "data": data or None})


def one_model(request: Request) -> Document:
    """Describe one model, with the name of the request."""
    name = unquote(request.path.removeprefix(MODELS))
    return document(_describe(models.find(request.machine, name), name))


def embed(request: Request) -> Document:
    """Embed one text or several, as numbers or as base64 of little-endian float32."""
    wanted = read(request, "EmbedRequest")
    given = wanted.raw("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise EarlyRefusalError(BAD_REQUEST, "invalid input")
    installed = embedding.load(request, wanted)
    result = embedding.vectors_of(installed, texts, wanted)
    encode_vector = _base64 if wanted.text("encoding_format") == "base64" else list
    data = [
        {"object": "embedding", "embedding": encode_vector(vector), "index": index}
        for index, vector in enumerate(result.values)
    ]
    usage = {"prompt_tokens": result.tokens, "total_tokens": result.tokens}
    return document({"object": "list", "data": data, "model": wanted.text("model"), "usage": usage})


def read(request: Request, struct_name: str) -> Fields:
    """Decode the fields of a request; raises EarlyRefusalError."""
    try:
        return request.read(struct_name)
    except RefusalError as error:
        raise EarlyRefusalError(error.status, error.text) from error


def document(value: object, *, status: int = 200) -> Document:
    """Return a document in the format of the routes under /v1."""
    return Document(status, f"{encode(value)}\n".encode("utf-8", "replace"), JSON)


def _describe(installed: Installed, shown: str) -> dict[str, Any]:
    name = model_names.parse(installed.name)
    return {
        "id": shown,
        "object": "model",
        "created": installed.modified_ns // SECOND_NS,
        "owned_by": name.namespace if name else "",
    }


def _base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
