"""A client of the OpenAI-compatible API, whoever speaks it: one method, one request, one parse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from ollama_cli.errors import OllamaCliError, OtherApiError, ServerError, UsageError
from ollama_cli.services import embeddings
from ollama_cli.services.client import Client
from ollama_cli.services.connection import Body, present
from ollama_cli.services.openai_models import OpenAIModels
from ollama_cli.services.stream import EventStream
from ollama_cli.transport import Reply, Retry
from ollama_cli.types.answer_events import ChatEvent, GenerateEvent
from ollama_cli.types.answers import Embeddings, Think
from ollama_cli.wire import openai as wire, openai_failures, openai_requests as requests, sse
from ollama_cli.wire.openai_answers import ChunkParser

_CHAT: Final = "/v1/chat/completions"
_COMPLETIONS: Final = "/v1/completions"
_EMBEDDINGS: Final = "/v1/embeddings"
_COMPLAINTS: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_STREAMING: Final = {"stream": True, "stream_options": {"include_usage": True}}


class OpenAIClient(Client, OpenAIModels):
    """Speaks to one server by `/v1`; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    The arguments are those of OllamaClient; UsageError names those that this API cannot carry, and
    `fitting` parts them from the others before. Every method raises OllamaCliError or one of its
    children, and nothing else.
    """

    _failure = staticmethod(openai_failures.error_from_answer)
    _speaks = "an OpenAI-compatible API"
    _has_completions = True

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Part arguments into those that can be sent and the names of what cannot, to warn of."""
        return requests.fitting(fields)

    def generate(
        self,
        model: str,
        prompt: str,
        *,
        system: str | None = None,
        template: str | None = None,
        suffix: str | None = None,
        raw: bool = False,
        images: Sequence[str] = (),
        format: str | Mapping[str, Any] | None = None,  # noqa: A002  the wire's own word
        options: Mapping[str, Any] | None = None,
        think: Think | None = None,
        keep_alive: str | float | None = None,
        gather: bool = True,
        join: bool = False,
    ) -> EventStream[GenerateEvent]:
        """Answer one prompt by `/v1/completions`, else as a conversation of one message.

        A system prompt, images, a format and thinking are things of conversations alone; `raw` and
        `suffix` are of `/v1/completions` alone, and UsageError refuses both kinds together. Ollama
        puts even a raw prompt into the model's template there.
        """
        requests.refuse_unsent({"template": template, "options": options, "keep_alive": keep_alive})
        is_plain = raw or suffix is not None
        is_chat = bool(system or images) or format is not None or think is not None
        if is_plain and is_chat:
            raise UsageError(
                "the OpenAI-compatible API takes raw and suffix with a bare prompt only",
                hint="leave out the system prompt, images, format and thinking",
            )
        chat = {
            "model": model,
            "messages": requests.conversation(prompt, system, images),
            **requests.sampling(options, think, format),
        }
        # No limit is said by null: leaving it out would mean 16 tokens to some servers.
        bare = {"model": model, "prompt": prompt, "suffix": suffix, "max_tokens": None}
        bare = {**present(bare), "max_tokens": None, **requests.sampling(options)}
        ways = [] if is_plain else [(_CHAT, chat)]
        if not is_chat and (is_plain or self._has_completions):
            ways.insert(0, (_COMPLETIONS, bare))
        return self._answer(ways, gather=gather, join=join)

    def chat(
        self,
        model: str,
        messages: Iterable[Mapping[str, Any]],
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        format: str | Mapping[str, Any] | None = None,  # noqa: A002  the wire's own word
        options: Mapping[str, Any] | None = None,
        think: Think | None = None,
        keep_alive: str | float | None = None,
        gather: bool = True,
        join: bool = False,
    ) -> EventStream[ChatEvent]:
        """Answer a conversation; `messages` have role, content, images as OllamaClient takes them.

        Tool calls are events once they are whole; ProtocolError where a stream ends without
        `[DONE]`, or the arguments of a call are no JSON.
        """
        requests.refuse_unsent({"options": options, "keep_alive": keep_alive})
        body = {
            "model": model,
            "messages": requests.messages(messages),
            "tools": [dict(tool) for tool in tools] or None,
            **requests.sampling(options, think, format),
        }
        return self._answer([(_CHAT, present(body))], gather=gather, join=join)

    def embed(
        self,
        inputs: str | Sequence[str],
        model: str,
        *,
        dimensions: int | None = None,
        truncate: bool | None = None,
        options: Mapping[str, Any] | None = None,
        keep_alive: str | float | None = None,
    ) -> Embeddings:
        """Embed texts, one vector each, in order; UsageError for an empty text."""
        texts = [inputs] if isinstance(inputs, str) else inputs
        fields = {
            "dimensions": dimensions,
            "truncate": truncate,
            "options": options,
            "keep_alive": keep_alive,
        }
        return embeddings.joined(self.embed_batches(texts, model, fields), model)

    def embed_batches(
        self, inputs: Iterable[str], model: str, fields: Body
    ) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come; `fields` are further arguments of `embed`."""
        further = _further(fields)
        for batch in embeddings.in_batches(inputs):
            sent = {"model": model, "input": batch, **further}
            wait = self.timeouts.first_token
            body = self._http.document("POST", _EMBEDDINGS, sent, wait=wait)
            yield wire.decode_embeddings(body, model, len(batch))

    def embed_bytes(self, inputs: Sequence[str], model: str, fields: Body) -> Iterator[bytes]:
        """Embed one batch of texts in the server's own bytes, as they arrive."""
        body = {"model": model, "input": inputs, **_further(fields)}
        return self._http.passed_on(_EMBEDDINGS, body, wait=self.timeouts.first_token)

    def _answer(
        self, ways: Sequence[tuple[str, Body]], *, gather: bool, join: bool
    ) -> EventStream[ChatEvent]:
        parser = ChunkParser(gather=gather, join=join)
        return EventStream(partial(self._open, ways), sse.Decoder(), parser)

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
            said = requests.adapted(body, error.message)
            if said is None or error.http_status not in _COMPLAINTS:
                raise
        return self._ask(path, said)


def _further(fields: Body) -> dict[str, Any]:
    given = present(fields)
    requests.refuse_unsent(given)
    if options := given.pop("options", None):
        raise UsageError(f"the OpenAI-compatible API embeds without options: {', '.join(options)}")
    return given
