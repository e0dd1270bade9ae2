"""A client of the OpenAI-compatible API, whoever speaks it: one method, one request, one parse."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from ollama_cli.errors import OllamaCliError, OtherApiError, ServerError
from ollama_cli.services import embeddings
from ollama_cli.services.connection import Body, Client
from ollama_cli.services.health import failed, required
from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import EventStream
from ollama_cli.transport.retries import Retry
from ollama_cli.types.health import Health
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.wire import openai as wire, openai_failures, openai_requests, sse
from ollama_cli.wire.openai_answers import ChunkParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ollama_cli.services.provider import R
    from ollama_cli.transport.response import Reply
    from ollama_cli.types.answer_events import ChatEvent
    from ollama_cli.types.answers import Embeddings
    from ollama_cli.types.model_details import Capabilities
    from ollama_cli.types.models import ModelSummary

_MODELS: Final = "/v1/models"
_EMBEDDINGS: Final = "/v1/embeddings"
_COMPLAINTS: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_STREAMING: Final = {"stream": True, "stream_options": {"include_usage": True}}
_LOOKS_EMBEDDING: Final = ("embed", "bge-", "e5-", "gte-", "minilm")


class OpenAIClient(Client, Provider):
    """Speaks to one server by `/v1`; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    The arguments are those of OllamaClient; UsageError names those that this API cannot carry, and
    `fitting` parts them from the others before. Every method raises OllamaCliError or one of its
    children, and nothing else.
    """

    provider_type: Final = "openai"
    _failure = staticmethod(openai_failures.error_from_answer)
    _speaks = "an OpenAI-compatible API"
    _has_completions = True

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Part arguments into those that can be sent and the names of what cannot, to warn of."""
        return openai_requests.fitting(fields)

    def fitted(self, request: R) -> tuple[R, tuple[str, ...]]:
        """Leave out of a request what cannot be sent; the names of that are given beside it."""
        return openai_requests.fitted(request)

    def answer(self, request: GenerateRequest | ChatRequest) -> EventStream[ChatEvent]:
        """Answer a conversation, or a prompt by `/v1/completions`, else as one of one message.

        A system prompt, images, a format and thinking are things of conversations alone; `raw` and
        `suffix` are of `/v1/completions` alone, and UsageError refuses both kinds together. Ollama
        puts even a raw prompt into the model's template there. Tool calls are events once they are
        whole; ProtocolError where a stream ends without `[DONE]`, or the arguments of a call are no
        JSON.
        """
        ways = openai_requests.possible_requests(request, has_completions=self._has_completions)
        parser = ChunkParser(gather=request.gather, join=request.join)
        return EventStream(partial(self._open, ways), sse.Decoder(), parser)

    def embedded(self, texts: Iterable[str], request: EmbedRequest) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come."""
        openai_requests.refuse_unsent(request)
        wait = self.timeouts.first_token
        for batch in embeddings.in_batches(texts):
            sent = openai_requests.embed_body(batch, request)
            body = self._http.document("POST", _EMBEDDINGS, sent, wait=wait)
            yield wire.decode_embeddings(body, request.model, len(batch))

    def embedded_bytes(self, texts: Sequence[str], request: EmbedRequest) -> Iterator[bytes]:
        """Embed one batch of texts in the server's own bytes, as they arrive."""
        openai_requests.refuse_unsent(request)
        body = openai_requests.embed_body(texts, request)
        return self._http.passed_on(_EMBEDDINGS, body, wait=self.timeouts.first_token)

    def list_models(self) -> list[ModelSummary]:
        """List the models that the server offers, the newest first."""
        return wire.parse_models(self._http.get(_MODELS, wait=self.timeouts.metadata))

    def list_models_bytes(self) -> bytes:
        """List the models that the server offers, in its own bytes."""
        return self._http.document("GET", _MODELS, wait=self.timeouts.metadata)

    def capabilities(self, model: str) -> Capabilities:
        """Tell what is known of a model: this API names no capability, some servers a context."""
        return wire.parse_capabilities(self._http.get(_MODELS, wait=self.timeouts.metadata), model)

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with: the newest whose name is not one of embedding models."""
        return _first(self.list_models() if among is None else among, embeds=False)

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find the newest model whose name is one of embedding models; None without any."""
        return _first(self.list_models() if among is None else among, embeds=True)

    def examine(self, model: str | None = None) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; beside it the error that was found, with its hint."""
        health = Health(connected=False, base_url=self.base_url, provider_type=self.provider_type)
        started = time.monotonic()
        try:
            models = wire.parse_models(self._http.once("GET", _MODELS, wait=self.timeouts.health))
            health = replace(
                health,
                connected=True,
                latency_seconds=time.monotonic() - started,
                http_status=int(HTTPStatus.OK),
                model_count=len(models),
            )
            found = _found(models, model)
        except OllamaCliError as error:
            return failed(health, error), error
        return replace(health, model_detected=found is not None, model_id=found), None

    def _open(self, ways: Sequence[tuple[str, Body]]) -> Reply:
        """Ask by the first way that the server knows."""
        (path, body), *others = ways
        try:
            return self._ask(path, {**body, **_STREAMING})
        except OllamaCliError as error:
            is_elsewhere = isinstance(error, OtherApiError) or openai_failures.is_for_chat(error)
            if not others or not is_elsewhere:
                raise
        reply = self._open(others)
        self._has_completions = False
        return reply

    def _ask(self, path: str, body: Body) -> Reply:
        try:
            return self._http.open(
                path,
                body,
                wait=self.timeouts.first_token,
                idle=self.timeouts.between_tokens,
                retry=Retry.REFUSAL,
            )
        except ServerError as error:
            said = openai_requests.adapted_body(body, error.message)
            if said is None or error.http_status not in _COMPLAINTS:
                raise
        return self._ask(path, said)


def _first(models: list[ModelSummary], *, embeds: bool) -> str | None:
    return next((m.name for m in models if _looks_embedding(m.name) is embeds), None)


def _looks_embedding(name: str) -> bool:
    return any(part in name.lower() for part in _LOOKS_EMBEDDING)


def _found(models: list[ModelSummary], wanted: str | None) -> str | None:
    if wanted is None:
        return _first(models, embeds=False)
    return required(models, wanted)
