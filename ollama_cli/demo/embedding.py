"""The routes for embeddings: the batch route and the legacy one."""

import time
from dataclasses import dataclass
from typing import Any, Final

from ollama_cli.demo import keepalive, options, vectors
from ollama_cli.demo.asking import TOO_LONG
from ollama_cli.demo.catalogue import EMBEDDING
from ollama_cli.demo.documents import BAD_REQUEST, NOT_FOUND, Document, RefusalError, document
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.library import Installed, check_name, not_found
from ollama_cli.demo.machine import Request

NOT_IMPLEMENTED: Final = 501
MOST_TEXTS: Final = 10_000
"""The most texts of one request; the numbers of each take a hundred times its size."""

NO_EMBEDDINGS: Final = "This server does not support embeddings. Start it with `--embeddings`"


@dataclass(frozen=True)
class Vectors:
    """The vectors of some texts, and how many tokens they had."""

    values: list[list[float]]
    tokens: int


def embed(request: Request) -> Document:
    """Embed one text or several; an empty input only loads the model."""
    started = time.perf_counter_ns()
    wanted = request.read("EmbedRequest")
    texts = _parse_input(wanted.raw("input"))
    if not wanted.text("model"):
        raise not_found("")
    installed = load(request, wanted)
    loaded = time.perf_counter_ns()
    if not texts:
        return document({"model": wanted.text("model"), "embeddings": []})
    result = vectors_of(installed, texts, wanted)
    figures = {
        "total_duration": time.perf_counter_ns() - started,
        "load_duration": loaded - started,
        "prompt_eval_count": result.tokens,
    }
    return document({"model": wanted.text("model"), "embeddings": result.values} | figures)


def embeddings(request: Request) -> Document:
    """Embed one text in the legacy format."""
    wanted = request.read("EmbeddingRequest")
    prompt = wanted.text("prompt")
    if not wanted.text("model"):
        raise RefusalError(BAD_REQUEST, "model is required")
    installed = load(request, wanted)
    values = vectors_of(installed, [prompt], wanted).values[0] if prompt else []
    return document({"embedding": values})


def vectors_of(installed: Installed, texts: list[str], wanted: Fields) -> Vectors:
    """Embed texts; long ones are truncated, unless the request forbids it."""
    if EMBEDDING not in installed.model.capabilities:
        raise RefusalError(NOT_IMPLEMENTED, NO_EMBEDDINGS)
    if len(texts) > MOST_TEXTS:
        raise RefusalError(BAD_REQUEST, f"too many inputs: at most {MOST_TEXTS} in one request")
    window = _window(installed, wanted)
    truncates = wanted.flag("truncate", default=True)
    if not truncates and any(vectors.count_tokens(text) > window for text in texts):
        raise RefusalError(BAD_REQUEST, TOO_LONG)
    kept = [vectors.truncate(text, window) for text in texts]
    dimensions = wanted.integer("dimensions") or 0
    width = dimensions if 0 < dimensions < vectors.DIMENSIONS else vectors.DIMENSIONS
    values = [vectors.embed(text, width) for text in kept]
    return Vectors(values, sum(map(vectors.count_tokens, kept)))


def load(request: Request, wanted: Fields) -> Installed:
    """Find and load the model, with the errors of the embedding routes."""
    keep = keepalive.parse(wanted.raw("keep_alive"))
    name = check_name(wanted.text("model"))
    installed = request.machine.library.find(name)
    if installed is None:
        raise RefusalError(NOT_FOUND, f'model "{name}" not found, try pulling it first')
    request.machine.memory.load(installed, _window(installed, wanted), keep)
    return installed


def _window(installed: Installed, wanted: Fields) -> int:
    model_options = options.parse(wanted.object("options"))
    return model_options.context(installed.model.context_length)


def _parse_input(value: Any) -> list[str]:
    """Parse `input`: a text, a list of texts, or nothing."""
    items = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise RefusalError(BAD_REQUEST, "invalid input type")
    return [] if items == [""] and isinstance(value, str) else items
