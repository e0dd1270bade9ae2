"""Documents of the OpenAI-compatible API (`/v1/models`, `/v1/embeddings`), parsed into values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ollama_cli.errors import ProtocolError
from ollama_cli.types.answers import Embeddings, Usage
from ollama_cli.types.model_details import Capabilities
from ollama_cli.types.models import ModelSummary
from ollama_cli.wire import decoding, embeddings, fields
from ollama_cli.wire.openai_failures import error_in

_CONTEXT_NAMES: Final = ("max_model_len", "context_length", "max_context_length", "context_window")


def parse_models(document: object) -> list[ModelSummary]:
    """Read `/v1/models`: newest first, models of the same age in the server's order."""
    models = _listed(document)
    models.sort(key=_age, reverse=True)
    return [
        ModelSummary(
            name=_name(each),
            modified_at=_utc_time(each.get("created")) or fields.time(each.get("created_at")),
        )
        for each in models
    ]


def models_in(document: object) -> list[dict[str, Any]] | None:
    """Find the entries of a list of models: in `data`, in `models`, or bare; None without one."""
    if isinstance(document, list):
        entries = fields.items(document)
        return entries if entries or not document else None
    reply = fields.mapping(document)
    for listed in (reply.get("data"), reply.get("models")):
        if isinstance(listed, list):
            return fields.items(listed)
    is_null = any(name in reply and reply[name] is None for name in ("data", "models"))
    return [] if is_null else None


def parse_capabilities(document: object, model: str) -> Capabilities:
    """Read what `/v1/models` says of one model beyond its name: at most its context length."""
    for each in _listed(document):
        if _name(each) == model:
            meta = fields.mapping(each.get("meta"))
            lengths = [fields.count(each.get(name)) for name in _CONTEXT_NAMES]
            lengths += [fields.count(meta.get(name)) for name in ("n_ctx", "n_ctx_train")]
            return Capabilities(context_length=next(filter(None, lengths), None))
    return Capabilities()


def decode_embeddings(body: bytes, model: str, expected: int) -> Embeddings:
    """Read `/v1/embeddings`; ProtocolError unless each of `expected` inputs has a vector."""
    reply = _checked(decoding.document(body))
    no_booleans = embeddings.has_no_booleans(body)
    rows = fields.items(reply.get("data"))
    rows.sort(key=lambda row: fields.count(row.get("index")) or 0)
    vectors = [fields.vector(row.get("embedding"), no_booleans=no_booleans) for row in rows]
    usage = fields.mapping(reply.get("usage"))
    return Embeddings(
        model=fields.text(reply.get("model")) or model,
        vectors=embeddings.checked_vectors(vectors, expected),
        usage=Usage(prompt_tokens=fields.count(usage.get("prompt_tokens"))),
    )


def _listed(document: object) -> list[dict[str, Any]]:
    _checked(document)
    models = models_in(document)
    if models is None:
        raise ProtocolError("the server answers, but not as OpenAI does: no list of models")
    return [each for each in models if _name(each).strip()]


def _age(model: Mapping[str, object]) -> tuple[int, str]:
    """Return what the age of a model is judged by: Anthropic writes its time out."""
    return fields.count(model.get("created")) or 0, fields.time(model.get("created_at")) or ""


def _name(model: Mapping[str, object]) -> str:
    names = (fields.text(model.get(name)) for name in ("id", "name", "model"))
    return next(filter(None, names), "")


def _checked(document: object) -> dict[str, object]:
    error = error_in(document)
    if error is not None:
        raise error
    return fields.mapping(document)


def _utc_time(created: object) -> str | None:
    seconds = fields.count(created)
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
