"""A client of Ollama's native API: one method, one request, one parse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Self

from ollama_cli.errors import OllamaCliError
from ollama_cli.events import ChatEvent, GenerateEvent, PullEvent
from ollama_cli.names import find
from ollama_cli.replies import Embeddings, Health, ModelDetails, ModelSummary, RunningModel, Think
from ollama_cli.services import detection, embedding
from ollama_cli.services.checkup import examine
from ollama_cli.services.connection import Body, Connection, present
from ollama_cli.services.stream import EventStream
from ollama_cli.timeouts import Timeouts
from ollama_cli.transport import Retry, Transport
from ollama_cli.urls import base_url_to_host_root, parse_host
from ollama_cli.wire import ndjson, ollama as wire
from ollama_cli.wire.answers import AnswerParser
from ollama_cli.wire.pull import PullParser


class OllamaClient:
    """Speaks to one Ollama server; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    Every method raises OllamaCliError or one of its children, and nothing else.
    """

    provider_type: Final = "ollama"

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:11434",
        *,
        timeouts: Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
    ) -> None:
        root = base_url_to_host_root(base_url) if "://" in base_url else parse_host(base_url)
        self.timeouts = timeouts or Timeouts()
        connect = self.timeouts.connect
        self._transport = Transport(root, connect_timeout=connect, headers=headers, ca_file=ca_file)
        self._http = Connection(self._transport)
        self.base_url = self._transport.root

    @classmethod
    def connect(cls, base_url: str = "http://127.0.0.1:11434", **options: Any) -> Self:
        """Make a client and verify that a server answers; raises what `version` raises."""
        client = cls(base_url, **options)
        client.version()
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def version(self) -> str:
        """Ask for the server's version; ProtocolError if something else than Ollama answers."""
        return wire.parse_version(self._http.get("/api/version", wait=self.timeouts.metadata))

    def list_models(self) -> list[ModelSummary]:
        """List the installed models, the newest first."""
        return wire.parse_tags(self._http.get("/api/tags", wait=self.timeouts.metadata))

    def running_models(self) -> list[RunningModel]:
        """List the models in memory."""
        return wire.parse_ps(self._http.get("/api/ps", wait=self.timeouts.metadata))

    def show(self, name: str, *, verbose: bool = False) -> ModelDetails:
        """Describe one model; ModelNotFoundError if it is not installed."""
        return wire.parse_show(ndjson.document(self.show_bytes(name, verbose=verbose)), name)

    def list_models_bytes(self) -> bytes:
        """List the installed models, in the server's own bytes."""
        return self._http.document("GET", "/api/tags", wait=self.timeouts.metadata)

    def running_models_bytes(self) -> bytes:
        """List the models in memory in the server's own bytes."""
        return self._http.document("GET", "/api/ps", wait=self.timeouts.metadata)

    def show_bytes(self, name: str, *, verbose: bool = False) -> bytes:
        """Describe one model in the server's own bytes."""
        body = {"model": name, "verbose": verbose or None}
        return self._http.document("POST", "/api/show", body, wait=self.timeouts.metadata)

    def pull(self, name: str, *, insecure: bool = False) -> EventStream[PullEvent]:
        """Download a model: one request; `insecure` lets the server use plain http."""
        return self._http.stream(
            "/api/pull",
            {"model": name, "stream": True, "insecure": insecure or None},
            PullParser(),
            wait=self.timeouts.pull,
            idle=self.timeouts.pull,
            retry=Retry.ALWAYS,
        )

    def delete(self, name: str) -> None:
        """Remove a model; ModelNotFoundError if it is not installed."""
        self._command("DELETE", "/api/delete", {"model": name})

    def copy(self, source: str, destination: str) -> None:
        """Copy a model to another name, overwriting it; ModelNotFoundError without a source."""
        self._command("POST", "/api/copy", {"source": source, "destination": destination})

    def stop(self, name: str) -> None:
        """Unload a model; the server does it a moment later."""
        self._command("POST", "/api/generate", {"model": name, "keep_alive": 0, "stream": False})

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
    ) -> EventStream[GenerateEvent]:
        """Answer one prompt; `images` are base64, `options` the server's own.

        The last event is Done; ProtocolError where the stream ends without it.
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
        return self._answer("/api/generate", body)

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
        return self._answer("/api/chat", body)

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
        """Embed texts, one vector each, in order, in batches of bounded size.

        Falls back to `/api/embeddings` where `/api/embed` is unknown. Raises UsageError for an
        empty text, ProtocolError for a vector that is empty or all zeros.
        """
        texts = [inputs] if isinstance(inputs, str) else inputs
        fields = {
            "dimensions": dimensions,
            "truncate": truncate,
            "options": dict(options or {}) or None,
            "keep_alive": keep_alive,
        }
        return embedding.joined(self.embed_batches(texts, model, fields), model)

    def embed_batches(
        self, inputs: Iterable[str], model: str, fields: Body
    ) -> Iterator[Embeddings]:
        """Embed texts batch by batch, as they come; `fields` are further fields of the request."""
        return embedding.batches(self._post_embed, inputs, model, present(fields))

    def embed_bytes(self, inputs: Sequence[str], model: str, fields: Body) -> bytes:
        """Embed one batch of texts in the server's own bytes."""
        return self._post_embed("/api/embed", {"model": model, "input": inputs, **fields})

    def has_model(self, name: str) -> bool:
        """Tell whether a model is installed, comparing names as the server does."""
        return find(name, [model.name for model in self.list_models()]) is not None

    def capabilities(self, model: ModelSummary) -> tuple[str, ...]:
        """Tell what a model can do, asking the server where its list does not say."""
        return detection.capabilities(model, self.show)

    def detect_model(self) -> str | None:
        """Find a model to chat with: a running one, else the newest installed; None without any."""
        return detection.chat_model(self.running_models(), self.list_models(), self.show)

    def detect_embedding_model(self) -> str | None:
        """Find the newest installed embedding model; None without any."""
        return detection.embedding_model(self.list_models(), self.show)

    def health(self, model: str | None = None) -> Health:
        """Check whether an Ollama server answers, and has the model; never raises."""
        return self.examine(model)[0]

    def examine(self, model: str | None = None) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; beside it the error that was found, with its hint."""

        def ask(method: str, path: str, body: Body | None = None) -> object:
            return self._http.once(method, path, body, wait=self.timeouts.health)

        return examine(self.base_url, ask, model)

    def _answer(self, path: str, fields: Body) -> EventStream[ChatEvent]:
        return self._http.stream(
            path,
            {**fields, "stream": True},
            AnswerParser(),
            wait=self.timeouts.first_token,
            idle=self.timeouts.between_tokens,
            retry=Retry.REFUSAL,
        )

    def _post_embed(self, path: str, body: Body) -> bytes:
        return self._http.document("POST", path, body, wait=self.timeouts.first_token)

    def _command(self, method: str, path: str, body: Body) -> None:
        self._http.document(method, path, body, wait=self.timeouts.metadata, retry=Retry.NEVER)
