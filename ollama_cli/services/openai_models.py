"""The models of a server that speaks the OpenAI-compatible API, and whether it answers."""

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.connection import Connection
from ollama_cli.services.health import failed, required
from ollama_cli.types.health import Health
from ollama_cli.types.models import Capabilities, ModelSummary
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.wire import openai as wire

_MODELS: Final = "/v1/models"
_LOOKS_EMBEDDING: Final = ("embed", "bge-", "e5-", "gte-", "minilm")


class OpenAIModels:
    """What a client can learn of the models of its server."""

    provider_type: Final = "openai"
    timeouts: Timeouts
    base_url: str
    _http: Connection

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

    def health(self, model: str | None = None) -> Health:
        """Check whether such a server answers, and has the model; never raises."""
        return self.examine(model)[0]

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


def _first(models: list[ModelSummary], *, embeds: bool) -> str | None:
    return next((m.name for m in models if _looks_embedding(m.name) is embeds), None)


def _looks_embedding(name: str) -> bool:
    return any(part in name.lower() for part in _LOOKS_EMBEDDING)


def _found(models: list[ModelSummary], wanted: str | None) -> str | None:
    if wanted is None:
        return _first(models, embeds=False)
    return required(models, wanted)
