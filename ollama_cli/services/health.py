"""A check of a server, as a value: whether it answers, and whether it has the model."""

import time
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from ollama_cli.errors import ModelNotFoundError, OllamaCliError
from ollama_cli.services import capabilities
from ollama_cli.services.connection import Body
from ollama_cli.types.health import Health
from ollama_cli.types.model_names import find
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.text import sentence
from ollama_cli.wire import ollama as wire

if TYPE_CHECKING:
    from ollama_cli.types.model_details import ModelDetails


class Ask(Protocol):
    """Sends one request and decodes its answer; raises OllamaCliError."""

    def __call__(self, method: str, path: str, body: Body | None = None) -> object:
        """Send the request."""
        ...


def examine(base_url: str, ask: Ask, wanted: str | None) -> tuple[Health, OllamaCliError | None]:
    """Ask for version and models; an error is put into the Health, and also returned."""
    health = Health(connected=False, base_url=base_url)
    started = time.monotonic()
    try:
        version = wire.parse_version(ask("GET", "/api/version"))
        health = replace(
            health,
            connected=True,
            version=version,
            kind="ollama",
            latency_seconds=time.monotonic() - started,
            http_status=int(HTTPStatus.OK),
        )
        models = wire.parse_tags(ask("GET", "/api/tags"))
        health = replace(health, model_count=len(models))
        found = _find(models, wanted, ask)
    except OllamaCliError as error:
        return failed(health, error), error
    return replace(health, model_detected=found is not None, model_id=found), None


def failed(health: Health, error: OllamaCliError) -> Health:
    """Add an error to a Health; the facts that were found before stay."""
    return replace(
        health,
        error=sentence(error.message),
        error_kind=error.code,
        http_status=error.http_status or health.http_status,
    )


def required(models: list[ModelSummary], wanted: str) -> str:
    """Return the server's spelling of the wanted model; ModelNotFoundError if it is not there."""
    found = find(wanted, [model.name for model in models])
    if found is None:
        raise ModelNotFoundError.not_installed(wanted)
    return found


def _find(models: list[ModelSummary], wanted: str | None, ask: Ask) -> str | None:
    def show(name: str) -> "ModelDetails":
        from ollama_cli.wire.details import parse_show  # noqa: PLC0415  old servers alone: 2 ms

        return parse_show(ask("POST", "/api/show", {"model": name}), name)

    if wanted is None:
        return capabilities.chat_model([], models, show)
    return required(models, wanted)
