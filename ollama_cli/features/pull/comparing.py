"""Installed models beside those of the registry, for the commands that tell of it or act on it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ollama_cli import services
from ollama_cli.errors import ModelNotFoundError
from ollama_cli.features.context import Runtime
from ollama_cli.features.pull.outdated import Freshness
from ollama_cli.types import model_names
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.urls import host_of, is_private

Chosen = Mapping[str, ModelSummary | None]


def choose(cli: Runtime, word: str, wanted: Sequence[str]) -> Chosen:
    """Look the named models up, all installed ones where none is named; None is not installed.

    OtherApiError where the server is none that a command, by its word, can serve.
    """
    installed = sorted(cli.native(word).list_models(), key=lambda model: model.name.lower())
    if not wanted:
        return {model.name: model for model in installed}
    return {
        name: next((model for model in installed if model_names.same_model(name, model.name)), None)
        for name in wanted
    }


def compare(cli: Runtime, chosen: Chosen, name: str, *, insecure: bool) -> Freshness:
    """Compare one chosen model; ModelNotFoundError for one that is not installed."""
    model = chosen[name]
    if model is None:
        raise ModelNotFoundError.not_installed(name)
    return services.compare(cli.ollama(), cli.registry(), model, insecure=insecure)


def is_due(found: Freshness, *, is_named: bool) -> bool:
    """Tell whether a model is to be pulled again; what was made here only if it was named."""
    return found.status == "outdated" and (is_named or not found.parent)


def is_near(name: str) -> bool:
    """Tell whether a model comes from a loopback or private host, where plain http may do."""
    parsed = model_names.parse(name)
    return parsed is not None and is_private(host_of(f"http://{parsed.host}"))


def record(found: Freshness) -> dict[str, Any]:
    """Give the comparison as programs read it."""
    unsaid = {"reason": found.reason or None, "parent": found.parent or None, "error": None}
    return {**asdict(found), **unsaid}
