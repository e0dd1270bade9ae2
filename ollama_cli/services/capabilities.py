"""The choice of an installed model when the user named none, by its capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ollama_cli.errors import OllamaCliError, TimedOutError, UnreachableError
from ollama_cli.types.model_names import same_model
from ollama_cli.types.models import CHAT, EMBEDDING, ModelSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ollama_cli.types.model_details import ModelDetails

    Show = Callable[[str], ModelDetails]

_EMBEDDING_FAMILIES: Final = ("bert", "nomic-bert", "demo-embed")


def chat_model(running: Iterable[str], installed: list[ModelSummary], show: Show) -> str | None:
    """Return a model that can chat: one of those `running`, by name, else the newest installed."""
    in_memory = [model for name in running for model in installed if same_model(name, model.name)]
    return _first(CHAT, [*in_memory, *installed], show)


def embedding_model(installed: list[ModelSummary], show: Show) -> str | None:
    """Return the newest installed embedding model; None without any."""
    return _first(EMBEDDING, installed, show)


def capabilities(model: ModelSummary, show: Show) -> tuple[str, ...]:
    """Return what a model can do; the list of servers older than 0.30 does not say, `show` may."""
    if model.capabilities is not None:
        return model.capabilities
    shown = show(model.name).capabilities
    if shown:
        return shown
    looks_embedding = model.family in _EMBEDDING_FAMILIES or "embed" in model.name.lower()
    return (EMBEDDING,) if looks_embedding else (CHAT,)


def _first(capability: str, models: Iterable[ModelSummary], show: Show) -> str | None:
    def shown(name: str) -> ModelDetails:
        from ollama_cli.types.model_details import ModelDetails  # noqa: PLC0415  failures alone: 1 ms

        try:
            return show(name)
        except (UnreachableError, TimedOutError):
            raise
        except OllamaCliError:  # nobody named this model: that nothing is told of it is no failure
            return ModelDetails(name=name)

    return next((m.name for m in models if capability in capabilities(m, shown)), None)
