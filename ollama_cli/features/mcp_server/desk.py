"""What agents may use: which models, chosen and checked before a byte is sent to them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal, Protocol

from ollama_cli.config import policy
from ollama_cli.errors import RefusedError
from ollama_cli.features.context import Context
from ollama_cli.features.mcp_server.limits import USUAL, Limits
from ollama_cli.features.models import capabilities, choose
from ollama_cli.types.model_details import ModelDetails
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.secrets import hide_in

Usual = Literal["model", "embed_model"]


class Progress(Protocol):
    """Takes how far a call is; most reports are dropped."""

    def __call__(self, done: float, total: float | None = None) -> None:
        """Report so many tokens, or bytes, of a total if that is known."""
        ...


class Desk:
    """One server's context, its limits, and the models that it lets agents use.

    `patterns` narrow what the settings allow; with none of them that alone counts.
    """

    def __init__(
        self, context: Context, limits: Limits = USUAL, patterns: Sequence[str] = ()
    ) -> None:
        self.context = context
        self.limits = limits
        self._patterns = patterns

    def model(self, named: str | None, usual: Usual = "model") -> str:
        """Return the model that is named, else the usual one; RefusedError if it is forbidden."""
        context, origin = self.context, ""
        if named is None:
            named = getattr(context.settings, usual)
            origin = context.settings.origins[usual] if named is not None else ""
        return self._permit(self._detect(usual) if named is None else named, origin)

    def usable_model(
        self, named: str | None, usual: Usual = "model", needs: Sequence[str] = ()
    ) -> str:
        """Return the same for a model that is asked: RefusedError if it runs elsewhere, too."""
        name = self.model(named, usual)
        capabilities.check(self.context, name, needs)
        return name

    def models(self) -> list[ModelSummary]:
        """List the installed models that may be used, the newest first."""
        settings = self.context.settings
        installed = self.context.servers.installed(in_full=True)
        kept = policy.permitted(installed, settings.allowed_models, local_only=settings.local_only)
        return [model for model in kept if policy.is_allowed(model.name, self._patterns)]

    def details(self, name: str) -> dict[str, Any]:
        """Describe a model as `models show -o json` does, without secrets."""
        details: ModelDetails = self.context.servers.native("show").show(name)
        if self.context.settings.local_only:
            policy.check_place(name, details.remote_host or details.remote_model)
        document: dict[str, Any] = hide_in(details.record())
        return document

    def _permit(self, model: str, origin: str = "") -> str:
        name = self.context.permit(model, origin)
        if not policy.is_allowed(name, self._patterns):
            raise RefusedError(
                f"model {name!r} is not allowed here: --allow-model has"
                f" {', '.join(self._patterns)}",
                hint="call ai_ollama_list_models for those that are",
            )
        return name

    def _detect(self, usual: Usual) -> str:
        provider, models = self.context.servers.provider(), self.models()
        embeds = usual == "embed_model"
        found = (provider.detect_embedding_model if embeds else provider.detect_model)(models)
        if found is None:
            kind = "embedding model" if embeds else "chat model"
            raise choose.no_model_error(self.context, kind)
        return found


def record(model: ModelSummary) -> dict[str, Any]:
    """Return one line of `models list -o json`."""
    found: dict[str, Any] = hide_in(
        {name: None if value == "" else value for name, value in asdict(model).items()}
    )
    return found
