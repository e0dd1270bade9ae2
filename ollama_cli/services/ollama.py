"""A client of Ollama's native API: one method, one request, one parse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, Self

from ollama_cli.errors import OllamaCliError
from ollama_cli.services import capabilities, embeddings
from ollama_cli.services.client import Client
from ollama_cli.services.connection import Body, present
from ollama_cli.services.health import examine
from ollama_cli.services.models import UNCERTAIN, Models
from ollama_cli.services.stream import EventStream
from ollama_cli.transport import Retry
from ollama_cli.types.answer_events import ChatEvent, GenerateEvent
from ollama_cli.types.answers import Embeddings, Think
from ollama_cli.types.health import Health
from ollama_cli.types.models import ModelSummary
from ollama_cli.wire import ollama as wire
from ollama_cli.wire.answers import AnswerParser


class OllamaClient(Client, Models):
    """Speaks to one Ollama server; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    Every method raises OllamaCliError or one of its children, and nothing else.
    """

    provider_type: Final = "ollama"
    _is_native = True

    @classmethod
    def connect(cls, base_url: str = "http://127.0.0.1:11434", **options: Any) -> Self:
        """Make a client and verify that a server answers; raises what `version` raises."""
        client = cls(base_url, **options)
        client.version()
        return client

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Part arguments into those that can be sent and the names of what cannot: all can."""
        return dict(fields), ()

    def version(self) -> str:
        """Ask for the server's version; ProtocolError if something else than Ollama answers."""
        return wire.parse_version(self._http.get("/api/version", wait=self.timeouts.metadata))

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
        """Answer one prompt; `images` are base64, `options` the server's own.

        The last event is Done; ProtocolError where the stream ends without it. Without `gather`
        its text stays empty, which takes no room; with `join` pieces of text that arrive together
        are one event.
        """
        body = {
            "model": model,
            "prompt": prompt,
            "system": system,
            "template": template,
            "suffix": suffix,
            "raw": raw or None,
            "images": list(images) or None,
            "format": format,
            "options": dict(options or {}) or None,
            "think": think,
            "keep_alive": keep_alive,
        }
        return self._answer("/api/generate", body, AnswerParser(gather=gather, join=join))

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
        """Answer a conversation as `generate` a prompt; `messages` have role, content, images."""
        body = {
            "model": model,
            "messages": [dict(message) for message in messages],
            "tools": [dict(tool) for tool in tools] or None,
            "format": format,
            "options": dict(options or {}) or None,
            "think": think,
            "keep_alive": keep_alive,
        }
        return self._answer("/api/chat", body, AnswerParser(gather=gather, join=join))

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
        """Embed texts, one vector each, in order; falls back to `/api/embeddings`.

        Raises UsageError for an empty text, ProtocolError for a vector that is empty or all zeros.
        """
        texts = [inputs] if isinstance(inputs, str) else inputs
        fields = {
            "dimensions": dimensions,
            "truncate": truncate,
            "options": dict(options or {}) or None,
            "keep_alive": keep_alive,
        }
        return embeddings.joined(self.embed_batches(texts, model, fields), model)

    def embed_batches(
        self, inputs: Iterable[str], model: str, fields: Body
    ) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come; `fields` are further fields of the request."""
        return embeddings.batches(self._post_embed, inputs, model, present(fields))

    def embed_bytes(self, inputs: Sequence[str], model: str, fields: Body) -> Iterator[bytes]:
        """Embed one batch of texts in the server's own bytes, as they arrive."""
        body = {"model": model, "input": inputs, **fields}
        return self._http.passed_on("/api/embed", body, wait=self.timeouts.first_token)

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with: a running one, else the newest installed; None without any.

        Only those `among` are looked at, where that is given.
        """
        running = self.running_models()
        return capabilities.chat_model(running, self._among(among), self.show)

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find the newest installed embedding model; None without any. `among` as above."""
        return capabilities.embedding_model(self._among(among), self.show)

    def health(self, model: str | None = None) -> Health:
        """Check whether an Ollama server answers, and has the model; never raises."""
        return self.examine(model)[0]

    def examine(self, model: str | None = None) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; beside it the error that was found, with its hint."""
        ask = partial(self._http.once, wait=self.timeouts.health)
        health, error = examine(self.base_url, ask, model)
        if health.version == UNCERTAIN:
            server = self.identify()
            health = replace(health, kind=str(server.kind), version=server.version or UNCERTAIN)
        return health, error

    def _among(self, models: list[ModelSummary] | None) -> list[ModelSummary]:
        return self.list_models() if models is None else models

    def _answer(self, path: str, fields: Body, parser: AnswerParser) -> EventStream[ChatEvent]:
        return self._http.stream(
            path,
            {**fields, "stream": True},
            parser,
            wait=self.timeouts.first_token,
            idle=self.timeouts.between_tokens,
            retry=Retry.REFUSAL,
        )

    def _post_embed(self, path: str, body: Body) -> bytes:
        return self._http.document("POST", path, body, wait=self.timeouts.first_token)
