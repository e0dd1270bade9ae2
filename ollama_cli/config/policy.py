"""What a user forbids: models outside a list, cloud models, and public hosts."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from ollama_cli.errors import RefusedError
from ollama_cli.types import model_names
from ollama_cli.types.secrets import redact
from ollama_cli.types.urls import host_of, is_private

if TYPE_CHECKING:
    from ollama_cli.types.models import ModelSummary

_ALL: Final = "*"
WHERE: Final = "see where that is set: `ollama-cli config show`"


def is_allowed(model: str, patterns: Sequence[str]) -> bool:
    """Return whether one of the patterns fits the name as typed, as displayed, or in full.

    A pattern without `/` fits no name that has one: `llama*` does not allow `llama.example/x/y`.
    """
    spellings = _spellings(model)
    return not patterns or any(
        fnmatchcase(spelling, pattern)
        for pattern in map(str.lower, patterns)
        for spelling in spellings
        if pattern == _ALL or "/" in pattern or "/" not in spelling
    )


def permitted(
    models: "Iterable[ModelSummary]", patterns: Sequence[str], *, local_only: bool
) -> "list[ModelSummary]":
    """Return the models that are allowed; with `local_only`, only those that run here."""
    return [
        model
        for model in models
        if is_allowed(model.name, patterns)
        and not (local_only and (model.is_remote or model_names.is_cloud(model.name)))
    ]


def check_model(model: str, patterns: Sequence[str], *, local_only: bool) -> None:
    """Raise RefusedError for a model that is not allowed, or whose name says it runs elsewhere."""
    if not is_allowed(model, patterns):
        raise RefusedError(
            f"model {model!r} is not allowed: allowed_models has {', '.join(patterns)}",
            hint=WHERE,
        )
    if local_only and model_names.is_cloud(model):
        raise RefusedError(f"model {model!r} runs in the cloud, and local_only is set", hint=WHERE)


def check_place(model: str, remote_host: str) -> None:
    """Raise RefusedError for a model that runs on another host, by what the server says."""
    if remote_host:
        raise RefusedError(
            f"model {model!r} runs on {redact(remote_host)}, and local_only is set", hint=WHERE
        )


def check_host(url: str) -> None:
    """Raise RefusedError for a server that is neither this machine nor on a private network."""
    if not is_private(host_of(url)):
        raise RefusedError(f"{redact(url)} is a public host, and local_only is set", hint=WHERE)


def _spellings(model: str) -> Iterable[str]:
    parsed = model_names.parse(model)
    found = {model.strip().lower()}
    if parsed:
        full = f"{parsed.host}/{parsed.namespace}/{parsed.model}:{parsed.tag}"
        found |= {parsed.shortest.lower(), full.lower()}
        found |= {spelling.removesuffix(f":{model_names.DEFAULT_TAG}") for spelling in found}
    return found
