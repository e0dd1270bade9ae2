"""Choose the model of a command: the named one, else the set one, else an installed one."""

from functools import partial
from typing import Final

from ollama_cli.config import policy
from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.types import model_names
from ollama_cli.types.health import Usual
from ollama_cli.types.models import ModelSummary

_LONGEST_WAIT: Final = 0.15  # seconds for a note that is only nice to have


def chat_model(context: Context, named: str | None) -> str:
    """Choose the model for chat; RefusedError for one that is not allowed."""
    model = _from_settings(context, named, "model")
    return model if model is not None else _with_note(context, detect_chat_model(context))


def embed_model(context: Context, named: str | None) -> str:
    """Choose the model for embeddings; RefusedError for one that is not allowed."""
    model = _from_settings(context, named, "embed_model")
    if model is not None:
        return model
    found = context.servers.provider().detect_embedding_model(_candidates(context))
    return _with_note(context, _require(context, found, "embedding", "nomic-embed-text"))


def named_model(context: Context, named: str | None, setting: str = "model") -> str:
    """Choose the model that is named, or set, where nobody is to be asked; UsageError for none."""
    model = _from_settings(context, named, setting)
    if model is None:
        raise UsageError(
            "nothing is sent, so that no model can be found: name one",
            hint="name it with -m, or set it once: `ollama-cli models default NAME`",
        )
    return model


def note_name_as_question(context: Context, question: str) -> None:
    """Say so where a question is nothing but the name of an installed model."""
    if context.prompter.quiet or not model_names.is_valid(question):
        return
    if model_names.find(question, context.servers.names_for_completion(_LONGEST_WAIT)):
        context.prompter.note(
            f"{question!r} is the question here; the model of that name: -m {question}"
        )


def detect_chat_model(context: Context) -> str:
    """Find a model for chat: a running one, else the newest; NotFoundError if there is none."""
    return _require(
        context, context.servers.provider().detect_model(_candidates(context)), "chat", "llama3.2"
    )


def usual(context: Context) -> Usual:
    """Return what is known, without asking the server, of the model for chat where none is named.

    A set one is taken as it stands: whether it may be used is not looked at.
    """
    settings = context.settings
    permitted = partial(
        policy.permitted, patterns=settings.allowed_models, local_only=settings.local_only
    )
    return Usual(settings.model, permitted)


def allowed_models(context: Context) -> list[ModelSummary]:
    """List the installed models that the settings allow."""
    settings = context.settings
    return policy.permitted(
        context.servers.installed(), settings.allowed_models, local_only=settings.local_only
    )


def _from_settings(context: Context, flag: str | None, setting: str) -> str | None:
    if flag is not None and not flag.strip():
        raise UsageError("-m is empty", hint="name a model, or leave -m out")
    if flag is not None:
        return context.permit(flag)
    model: str | None = getattr(context.settings, setting)
    return None if model is None else context.permit(model, context.settings.origins[setting])


def _is_limited(context: Context) -> bool:
    return bool(context.settings.allowed_models) or context.settings.local_only


def _candidates(context: Context) -> list[ModelSummary] | None:
    return allowed_models(context) if _is_limited(context) else None


def _require(context: Context, found: str | None, kind: str, example: str) -> str:
    if found is None:
        raise no_model_error(context, f"{kind} model", example)
    return found


def no_model_error(
    context: Context, what: str = "model", example: str = "llama3.2"
) -> NotFoundError:
    """Return the error for a server without a suitable model."""
    allowed = " that the settings allow" if _is_limited(context) else ""
    server = context.servers.provider()
    pulls = f"get one: `ollama-cli models pull {example}`"
    return NotFoundError(
        f"no {what}{allowed} is installed on {server.base_url}",
        hint=pulls if server.provider_type == "ollama" else "name one with -m",
    )


def _with_note(context: Context, found: str) -> str:
    context.prompter.note(f"using {found} (choose another with -m)")
    return found
