"""A client of the OpenAI-compatible API of any server: one method, one request, one parse."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from ollama_cli.errors import OllamaCliError, OtherApiError, ServerError, UsageError
from ollama_cli.services import embeddings
from ollama_cli.services.connection import Body, Client
from ollama_cli.services.health import failed, required
from ollama_cli.services.provider import Provider
from ollama_cli.services.stream import EventStream
from ollama_cli.transport.deadline import Allowance
from ollama_cli.transport.retries import Retry
from ollama_cli.types import model_names
from ollama_cli.types.health import Health
from ollama_cli.types.requests import ChatRequest, EmbedRequest, GenerateRequest
from ollama_cli.wire import openai as wire, openai_failures, openai_requests, sse
from ollama_cli.wire.openai_adaptations import adapted_body, smaller_batch
from ollama_cli.wire.openai_answers import ChunkParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ollama_cli.services.provider import R
    from ollama_cli.transport.response import Reply
    from ollama_cli.types.answer_events import ChatEvent
    from ollama_cli.types.answers import Embeddings
    from ollama_cli.types.model_details import Capabilities
    from ollama_cli.types.models import ModelSummary

_MODELS: Final = "/models"
_EMBEDDINGS: Final = "/embeddings"
_ADAPTABLE: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_ABOUT_SIZES: Final = (*_ADAPTABLE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_STREAMING: Final = {"stream": True, "stream_options": {"include_usage": True}}
_LOOKS_EMBEDDING: Final = ("embed", "bge-", "e5-", "gte-", "minilm")


class OpenAIClient(Client, Provider):
    """Speaks to one server by `/v1`; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    One that ends in a version (`/v1`, `/api/v1`, `/v4`) or in `openai` is asked as it is.
    The arguments are those of OllamaClient; UsageError names those that this API cannot carry, and
    `fitting` splits them off before. Every method raises OllamaCliError or one of its
    children, and nothing else.
    """

    provider_type: Final = "openai"
    _failure = staticmethod(openai_failures.error_from_answer)
    _speaks = "an OpenAI-compatible API"
    _has_completions = True
    _complaints: tuple[str, ...] = ()  # what the server refused by name in this run
    _most_inputs = embeddings.MOST_INPUTS

    @property
    def _models(self) -> str:
        return self.openai_path + _MODELS

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Split arguments into those that can be sent and the names of the others."""
        return openai_requests.fitting(fields)

    def fitted(self, request: R) -> tuple[R, tuple[str, ...]]:
        """Return the request without what cannot be sent, and the names of that."""
        return openai_requests.fitted(request)

    def answer(self, request: GenerateRequest | ChatRequest) -> EventStream[ChatEvent]:
        """Answer a conversation, or a prompt: by `/v1/completions`, else as a conversation.

        Only conversations can have a system prompt, images, a format and thinking; only
        `/v1/completions` has `raw` and `suffix`; UsageError for both kinds together. Ollama puts
        even a raw prompt into the model's template there. Tool calls are events once they are
        complete; ProtocolError if a stream ends without `[DONE]`, or the arguments of a call are
        no JSON.
        """
        candidates = openai_requests.possible_requests(
            request, has_completions=self._has_completions
        )
        parser = ChunkParser(gather=request.gather, join=request.join)
        return EventStream(partial(self._open, candidates), sse.Decoder(), parser)

    def embedded(self, texts: Iterable[str], request: EmbedRequest) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come."""
        openai_requests.refuse_unsent(request)
        for batch in embeddings.in_batches(texts):
            while batch:
                part = batch[: self._most_inputs]
                try:
                    embedded = self._embed_part(part, request)
                except ServerError as error:
                    most = smaller_batch(len(part), error.message)
                    if most is None or error.http_status not in _ABOUT_SIZES:
                        raise
                    self._most_inputs = most
                    continue
                yield embedded
                batch = batch[len(part) :]  # noqa: PLW2901  it is used up

    def _embed_part(self, texts: Sequence[str], request: EmbedRequest) -> Embeddings:
        path, sent = self.openai_path + _EMBEDDINGS, openai_requests.embed_body(texts, request)
        body = self._http.computed(path, sent, wait=self.timeouts.first_token)
        return wire.decode_embeddings(body, request.model, len(texts))

    def embedded_bytes(self, texts: Sequence[str], request: EmbedRequest) -> Iterator[bytes]:
        """Embed one batch of texts; yield the server's own bytes as they arrive."""
        openai_requests.refuse_unsent(request)
        body = openai_requests.embed_body(texts, request)
        return self._http.stream_bytes(
            self.openai_path + _EMBEDDINGS, body, wait=self.timeouts.first_token
        )

    def list_models(self) -> list[ModelSummary]:
        """List the models that the server offers, the newest first."""
        return wire.parse_models(self._http.get(self._models, wait=self.timeouts.metadata))

    def list_models_bytes(self) -> bytes:
        """Return the list of models that the server offers, in its own bytes."""
        return self._http.document("GET", self._models, wait=self.timeouts.metadata)

    def capabilities(self, model: str) -> Capabilities:
        """Return what is known of a model: no capabilities here, from some servers the context."""
        return wire.parse_capabilities(
            self._http.get(self._models, wait=self.timeouts.metadata), model
        )

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with: the newest whose name is not that of an embedding model."""
        return _first(self.list_models() if among is None else among, embeds=False)

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find the newest model whose name is that of an embedding model; None if there is none."""
        return _first(self.list_models() if among is None else among, embeds=True)

    def examine(self, model: str | None = None) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; also return the error that was found, with its hint."""
        health = Health(connected=False, base_url=self.base_url, provider_type=self.provider_type)
        started = time.monotonic()
        try:
            models = wire.parse_models(
                self._http.once("GET", self._models, allowance=Allowance(self.timeouts.health))
            )
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

    def _checked_name(self, name: str) -> str:
        """Return the name of a model as it is sent; an odd one only if the server lists it."""
        try:
            return model_names.checked(name)
        except UsageError:
            listed = (model.name for model in self.list_models())
            if model_names.is_cloud(name) or name.strip() not in listed:
                raise
        return name.strip()

    def _open(self, candidates: Sequence[tuple[str, Body]]) -> Reply:
        """Send the first of the candidates that the server accepts: each a path and a body."""
        (path, body), *others = candidates
        try:
            return self._post(path, {**body, **_STREAMING})
        except OllamaCliError as error:
            is_elsewhere = isinstance(error, OtherApiError) or openai_failures.is_for_chat(error)
            if not others or not is_elsewhere:
                raise
        reply = self._open(others)
        self._has_completions = False
        return reply

    def _post(self, path: str, body: Body) -> Reply:
        for complaint in self._complaints:
            body = adapted_body(body, complaint) or body
        try:
            return self._http.open(
                self.openai_path + path,
                body,
                wait=self.timeouts.first_token,
                idle=self.timeouts.between_tokens,
                retry=Retry.REFUSAL,
            )
        except ServerError as error:
            is_new = error.message not in self._complaints
            adapted = is_new and adapted_body(body, error.message)
            if not adapted or error.http_status not in _ADAPTABLE:
                raise
            self._complaints += (error.message,)
        return self._post(path, adapted)


def _first(models: list[ModelSummary], *, embeds: bool) -> str | None:
    return next((m.name for m in models if _looks_embedding(m.name) is embeds), None)


def _looks_embedding(name: str) -> bool:
    return any(part in name.lower() for part in _LOOKS_EMBEDDING)


def _found(models: list[ModelSummary], wanted: str | None) -> str | None:
    if wanted is None:
        return _first(models, embeds=False)
    return required(models, wanted)
