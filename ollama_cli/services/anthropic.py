"""A client of Anthropic's Messages API, of Anthropic itself or of any server that speaks it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ollama_cli.services.kinds import ServerKind, without
from ollama_cli.services.listing import ListingClient
from ollama_cli.services.stream import EventStream
from ollama_cli.transport.retries import Retry
from ollama_cli.types.requests import ChatRequest, EmbedRequest
from ollama_cli.wire import anthropic_failures, anthropic_requests, sse
from ollama_cli.wire.anthropic_answers import MessageParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import NoReturn

    from ollama_cli.services.connection import Body
    from ollama_cli.services.provider import R
    from ollama_cli.transport.response import Reply
    from ollama_cli.types.answer_events import ChatEvent
    from ollama_cli.types.models import ModelSummary
    from ollama_cli.types.requests import GenerateRequest
    from ollama_cli.types.timeouts import Timeouts
    from ollama_cli.types.written import WrittenRequest

_MESSAGES: Final = "/messages"
_LOG: Final = logging.getLogger("ollama_cli.requests")


class AnthropicClient(ListingClient):
    """Speaks to one server by `/v1/messages`; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`. A key stands in `headers`, as
    `x-api-key`; `version` is sent as `anthropic-version`, unless `headers` hold another one. The
    other arguments are those of OllamaClient; UsageError names those of a request that this API
    cannot carry, and `fitting` splits them off before. Every method raises OllamaCliError or one of
    its children, and nothing else.
    """

    provider_type: Final = "anthropic"
    _failure = staticmethod(anthropic_failures.error_from_answer)
    _speaks = "Anthropic's API"
    _list = "/models?limit=1000"  # unasked, a page of it holds 20
    _kind = ServerKind.ANTHROPIC

    def __init__(
        self,
        base_url: str = "https://api.anthropic.com",
        *,
        timeouts: Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        client_cert: str | tuple[str, str] | None = None,
        insecure: bool = False,
        local_only: bool = False,
        version: str = "2023-06-01",
    ) -> None:
        given = headers or {}
        is_given = any(name.lower() == "anthropic-version" for name in given)
        super().__init__(
            base_url,
            timeouts=timeouts,
            headers=given if is_given else {**given, "anthropic-version": version},
            ca_file=ca_file,
            client_cert=client_cert,
            insecure=insecure,
            local_only=local_only,
        )

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Split arguments into those that can be sent and the names of the others."""
        return anthropic_requests.fitting(fields)

    def fitted(self, request: R) -> tuple[R, tuple[str, ...]]:
        """Return the request without what cannot be sent, and the names of that."""
        return anthropic_requests.fitted(request)

    def answer(self, request: GenerateRequest | ChatRequest) -> EventStream[ChatEvent]:
        """Answer a conversation, or a prompt as one; at most 4096 tokens unless options say more.

        Tool calls are events once they are complete. ProtocolError if a stream ends without
        `message_stop`, or the arguments of a call are no JSON; TooLongError if the context is full.
        """
        body = anthropic_requests.message_body(request)
        parser = MessageParser(
            gather=request.gather,
            join=request.join,
            limit=body["max_tokens"],
            takes_unread=isinstance(request, ChatRequest) and request.takes_unread,
        )
        ask = partial(self._open, body, is_limited=anthropic_requests.has_limit(request))
        return EventStream(ask, sse.Decoder(), parser)

    def written(
        self,
        request: GenerateRequest | ChatRequest | EmbedRequest,
        texts: Sequence[str] = (),  # noqa: ARG002  there are no embeddings
    ) -> WrittenRequest:
        """Write down the request that would be sent; OtherApiError for embeddings."""
        if isinstance(request, EmbedRequest):
            raise without("embed", self.base_url)
        body = anthropic_requests.message_body(request)
        return self._http.written(self.openai_path + _MESSAGES, body)

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> NoReturn:  # noqa: ARG002  there is none
        """Raise OtherApiError: this API has no embeddings."""
        raise without("embed", self.base_url)

    def embedded(self, texts: Iterable[str], request: EmbedRequest) -> NoReturn:  # noqa: ARG002  likewise
        """Raise OtherApiError, as detect_embedding_model."""
        raise without("embed", self.base_url)

    def embedded_bytes(self, texts: Sequence[str], request: EmbedRequest) -> NoReturn:  # noqa: ARG002  likewise
        """Raise OtherApiError, as detect_embedding_model."""
        raise without("embed", self.base_url)

    def _open(self, body: Body, *, is_limited: bool) -> Reply:
        if not is_limited:
            _LOG.info("max_tokens is %d, as none was given", body["max_tokens"])
        return self._http.open(
            self.openai_path + _MESSAGES,
            body,
            wait=self.timeouts.first_token,
            idle=self.timeouts.between_tokens,
            retry=Retry.REFUSAL,
        )
