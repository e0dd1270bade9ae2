"""A client of the OpenAI-compatible API of any server: one method, one request, one parse."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from ollama_cli.errors import OllamaCliError, OtherApiError, ServerError
from ollama_cli.services import embeddings
from ollama_cli.services.connection import Body
from ollama_cli.services.listing import ListingClient
from ollama_cli.services.stream import EventStream
from ollama_cli.transport.retries import Retry
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
    from ollama_cli.types.written import WrittenRequest

_EMBEDDINGS: Final = "/embeddings"
_ADAPTABLE: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_ABOUT_SIZES: Final = (*_ADAPTABLE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_STREAMING: Final = {"stream": True, "stream_options": {"include_usage": True}}


class OpenAIClient(ListingClient):
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
        parser = ChunkParser(
            gather=request.gather,
            join=request.join,
            has_logprobs=request.logprobs is not None,
            takes_unread=isinstance(request, ChatRequest) and request.takes_unread,
        )
        return EventStream(partial(self._open, candidates), sse.Decoder(), parser)

    def written(
        self, request: GenerateRequest | ChatRequest | EmbedRequest, texts: Sequence[str] = ()
    ) -> WrittenRequest:
        """Write down the request that would be sent first, for one batch of texts to embed."""
        if isinstance(request, EmbedRequest):
            body = openai_requests.embed_body(texts, request)
            return self._http.written(self.openai_path + _EMBEDDINGS, body)
        path, body = openai_requests.possible_requests(
            request, has_completions=self._has_completions
        )[0]
        return self._http.written(self.openai_path + path, {**body, **_STREAMING})

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
