"""What every kind of server can do, by any API: the interface that all clients share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from ollama_cli.errors import UsageError
from ollama_cli.types.health import ANY, Health, Usual

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Self

    from ollama_cli.errors import OllamaCliError
    from ollama_cli.services.stream import EventStream
    from ollama_cli.types.answer_events import ChatEvent, GenerateEvent
    from ollama_cli.types.answers import Embeddings, Think
    from ollama_cli.types.model_details import Capabilities
    from ollama_cli.types.models import ModelSummary
    from ollama_cli.types.requests import AnyRequest, ChatRequest, EmbedRequest, GenerateRequest
    from ollama_cli.types.written import WrittenRequest

R = TypeVar("R", bound="AnyRequest")


class Provider(Protocol):
    """One server, reached by one protocol; `provider_type` is `ollama`, `openai` or `anthropic`.

    Every method raises OllamaCliError or one of its children, and nothing else.
    """

    @property
    def provider_type(self) -> str:
        """Return the name of the protocol."""
        ...

    @property
    def base_url(self) -> str:
        """Return the server's address, without a password."""
        ...

    def settle(self) -> None:
        """Find out which API is spoken where there are two: asks at most for the version."""
        return

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Close all connections."""
        ...

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
        truncate: bool = False,
        logprobs: int | None = None,
    ) -> EventStream[GenerateEvent]:
        """Answer one prompt; `images` are base64, `options` the server's own.

        The last event is Done; ProtocolError if the stream ends without it. Without `gather` its
        text stays empty, which saves memory; with `join` pieces of text that arrive together are
        one event; `logprobs` asks for those of each token and of so many others. UsageError names
        what the protocol of this server cannot carry.
        """
        from ollama_cli.types.requests import GenerateRequest  # noqa: PLC0415  for `health` 2 ms

        return self.answer(
            GenerateRequest(
                model=model,
                prompt=prompt,
                system=system,
                template=template,
                suffix=suffix,
                raw=raw,
                images=images,
                format=format,
                options=options,
                think=think,
                keep_alive=keep_alive,
                gather=gather,
                join=join,
                truncate=truncate,
                logprobs=logprobs,
            )
        )

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
        truncate: bool = False,
        logprobs: int | None = None,
    ) -> EventStream[ChatEvent]:
        """Answer a conversation, as `generate` a prompt; `messages` have role, content, images."""
        from ollama_cli.types.requests import ChatRequest  # noqa: PLC0415  likewise, 2 ms

        said = list(messages)
        if not all(isinstance(each, Mapping) for each in said):
            raise UsageError(
                "messages are no list of dictionaries",
                hint='they look so: [{"role": "user", "content": "hello"}]',
            )
        return self.answer(
            ChatRequest(
                model=model,
                messages=said,
                tools=tools,
                format=format,
                options=options,
                think=think,
                keep_alive=keep_alive,
                gather=gather,
                join=join,
                truncate=truncate,
                logprobs=logprobs,
            )
        )

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
        """Embed texts, one vector each, in order.

        Raises UsageError for an empty text, ProtocolError for a vector that is empty or all zeros.
        """
        from ollama_cli.services.embeddings import joined  # noqa: PLC0415  likewise, 2 ms
        from ollama_cli.types.requests import EmbedRequest  # noqa: PLC0415  likewise, 2 ms

        request = EmbedRequest(
            model=model,
            dimensions=dimensions,
            truncate=truncate,
            options=options,
            keep_alive=keep_alive,
        )
        texts = [inputs] if isinstance(inputs, str) else inputs
        return joined(self.embedded(texts, request), model)

    def embed_batches(
        self, inputs: Iterable[str], model: str, fields: Mapping[str, Any]
    ) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come; `fields` are further arguments of `embed`."""
        from ollama_cli.types.requests import EmbedRequest  # noqa: PLC0415  likewise, 2 ms

        return self.embedded(inputs, EmbedRequest(model, **fields))

    def embed_bytes(
        self, inputs: Sequence[str], model: str, fields: Mapping[str, Any]
    ) -> Iterator[bytes]:
        """Embed one batch of texts; yield the server's own bytes as they arrive."""
        from ollama_cli.types.requests import EmbedRequest  # noqa: PLC0415  likewise, 2 ms

        return self.embedded_bytes(inputs, EmbedRequest(model, **fields))

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Split arguments into those that can be sent and the names of the others."""
        return dict(fields), ()

    def fitted(self, request: R) -> tuple[R, tuple[str, ...]]:
        """Return the request without what cannot be sent, and the names of that."""
        return request, ()

    def answer(self, request: GenerateRequest | ChatRequest) -> EventStream[ChatEvent]:
        """Answer a prompt or a conversation; the last event is Done."""
        ...

    def written(
        self, request: GenerateRequest | ChatRequest | EmbedRequest, texts: Sequence[str] = ()
    ) -> WrittenRequest:
        """Write down the request that would be sent first, for one batch of texts to embed."""
        ...

    def embedded(self, texts: Iterable[str], request: EmbedRequest) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come."""
        ...

    def embedded_bytes(self, texts: Sequence[str], request: EmbedRequest) -> Iterator[bytes]:
        """Embed one batch of texts; yield the server's own bytes as they arrive."""
        ...

    def list_models(self) -> list[ModelSummary]:
        """List the models, the newest first."""
        ...

    def list_models_bytes(self) -> bytes:
        """Return the list of models in the server's own bytes."""
        ...

    def capabilities(self, model: str) -> Capabilities:
        """Find out what a model can do, as far as the server says."""
        ...

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with, `among` these if given; None if there is none."""
        ...

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find an embedding model, `among` these if given; None if there is none."""
        ...

    def health(self, model: str | None = None) -> Health:
        """Check whether the server answers, and has the model; never raises."""
        return self.examine(model)[0]

    def examine(
        self, model: str | None = None, usual: Usual = ANY
    ) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; also return the error that was found, with its hint."""
        ...
