"""What the clients of all servers share that list their models at `/v1/models`."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, Final

from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.services.connection import Client
from ollama_cli.services.health import failed, found
from ollama_cli.services.provider import Provider
from ollama_cli.transport.deadline import Allowance
from ollama_cli.types import model_names
from ollama_cli.types.health import ANY, Health, Usual
from ollama_cli.wire import openai as wire

if TYPE_CHECKING:
    from ollama_cli.types.model_details import Capabilities
    from ollama_cli.types.models import ModelSummary

_LOOKS_EMBEDDING: Final = ("embed", "bge-", "e5-", "gte-", "minilm")


class ListingClient(Client, Provider):
    """Knows a server's models by its list alone, which tells little more than their names."""

    _list: ClassVar[str] = "/models"
    _kind: ClassVar[str | None] = None  # the kind of server that the API itself shows

    @property
    def _models(self) -> str:
        return self.openai_path + self._list

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

    def examine(
        self, model: str | None = None, usual: Usual = ANY
    ) -> tuple[Health, OllamaCliError | None]:
        """Check as `health` does; also return the error that was found, with its hint."""
        health = Health(
            connected=False,
            base_url=self.base_url,
            provider_type=self.provider_type,
            kind=self._kind,
        )
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
            return found(health, models, model, usual, partial(_first, embeds=False)), None
        except OllamaCliError as error:
            return failed(health, error), error

    def _checked_name(self, name: str) -> str:
        """Return the name of a model as it is sent; an odd one only if the server lists it."""
        try:
            return model_names.checked(name)
        except UsageError:
            listed = (model.name for model in self.list_models())
            if model_names.is_cloud(name) or name.strip() not in listed:
                raise
        return name.strip()


def _first(models: list[ModelSummary], *, embeds: bool) -> str | None:
    return next((m.name for m in models if _looks_embedding(m.name) is embeds), None)


def _looks_embedding(name: str) -> bool:
    return any(part in name.lower() for part in _LOOKS_EMBEDDING)
