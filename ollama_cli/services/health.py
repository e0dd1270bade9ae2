"""A check of a server, as a value: whether it answers, and whether it has the model."""

import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from ollama_cli.errors import ModelNotFoundError, OllamaCliError
from ollama_cli.services import capabilities
from ollama_cli.services.connection import Body
from ollama_cli.types.health import ANY, Health, Usual
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


def examine(
    base_url: str, ask: Ask, wanted: str | None, usual: Usual = ANY
) -> tuple[Health, OllamaCliError | None]:
    """Ask for version and models; an error is put into the Health, and also returned.

    Where no model is wanted, it tells of the usual one; that one may be missing.
    """
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
        return found(health, models, wanted, usual, lambda among: _detect(among, ask)), None
    except OllamaCliError as error:
        return failed(health, error), error


def found(
    health: Health,
    models: list[ModelSummary],
    wanted: str | None,
    usual: Usual,
    detect: Callable[[list[ModelSummary]], str | None],
) -> Health:
    """Add the model to a Health; ModelNotFoundError if the wanted one is not there."""
    if wanted is not None:
        return replace(health, model_detected=True, model_id=required(models, wanted))
    if usual.model is None:
        name = detect(usual.permitted(models))
        return replace(health, model_detected=name is not None, model_id=name)
    name = find(usual.model, [model.name for model in models])
    return replace(health, model_detected=name is not None, model_id=name or usual.model)


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


def _detect(models: list[ModelSummary], ask: Ask) -> str | None:
    """Find the model that a conversation takes: a running one, else the newest."""

    def show(name: str) -> "ModelDetails":
        from ollama_cli.wire.details import parse_show  # noqa: PLC0415  old servers alone: 2 ms

        return parse_show(ask("POST", "/api/show", {"model": name}), name)

    running = _running(ask) if len(models) > 1 else []
    return capabilities.chat_model(running, models, show)


def _running(ask: Ask) -> list[str]:
    try:
        return [name for name, _, _ in wire.listed_models(ask("GET", "/api/ps"))]
    except OllamaCliError:  # an old server or a proxy does not know the question
        return []
