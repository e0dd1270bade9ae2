"""What every kind of server can do, whatever it speaks: the clients' common face."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.stream import EventStream
from ollama_cli.types.answer_events import ChatEvent, GenerateEvent
from ollama_cli.types.answers import Embeddings, Think
from ollama_cli.types.health import Health
from ollama_cli.types.models import Capabilities, ModelSummary


class Provider(Protocol):
    """One server, asked by one protocol; `provider_type` is `ollama` or `openai`.

    Every method raises OllamaCliError or one of its children, and nothing else.
    """

    @property
    def provider_type(self) -> str:
        """Name the protocol."""
        ...

    @property
    def base_url(self) -> str:
        """Give the server's address, without a password."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Close all connections."""
        ...

    def fitting(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Part arguments into those that can be sent and the names of what cannot, to warn of."""
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
    ) -> EventStream[GenerateEvent]:
        """Answer one prompt; the last event is Done."""
        ...

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
        """Answer a conversation; the last event is Done."""
        ...

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
        """Embed texts, one vector each, in order."""
        ...

    def embed_batches(
        self, inputs: Iterable[str], model: str, fields: Mapping[str, Any]
    ) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come; `fields` are further arguments of `embed`."""
        ...

    def embed_bytes(
        self, inputs: Sequence[str], model: str, fields: Mapping[str, Any]
    ) -> Iterator[bytes]:
        """Embed one batch of texts in the server's own bytes, as they arrive."""
        ...

    def list_models(self) -> list[ModelSummary]:
        """List the models, the newest first."""
        ...

    def list_models_bytes(self) -> bytes:
        """List the models in the server's own bytes."""
        ...

    def capabilities(self, model: str) -> Capabilities:
        """Tell what a model can do, as far as the server tells."""
        ...

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find a model to chat with, `among` those if given; None without any."""
        ...

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        """Find an embedding model, `among` those if given; None without any."""
        ...

    def health(self, model: str | None = None) -> Health:
        """Check whether the server answers, and has the model; never raises."""
        ...

    def examine(self, model: str | None = None) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; beside it the error that was found, with its hint."""
        ...
