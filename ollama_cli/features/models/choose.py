"""Which model a command uses: the one that is named, else set, else found on the server."""

from ollama_cli.config import policy
from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.types.models import ModelSummary


def chat_model(context: Context, named: str | None) -> str:
    """Settle the model to chat with; RefusedError for one that is not allowed."""
    model = _settled(context, named, context.settings.model)
    return model if model is not None else _told(context, detected(context))


def embed_model(context: Context, named: str | None) -> str:
    """Settle the model to embed with; RefusedError for one that is not allowed."""
    model = _settled(context, named, context.settings.embed_model)
    if model is not None:
        return model
    found = context.servers.provider().detect_embedding_model(_limited(context))
    return _told(context, _existing(context, found, "embedding", "nomic-embed-text"))


def detected(context: Context) -> str:
    """Find a model to chat with: a running one, else the newest; NotFoundError without any."""
    return _existing(
        context, context.servers.provider().detect_model(_limited(context)), "chat", "llama3.2"
    )


def eligible(context: Context) -> list[ModelSummary]:
    """List the installed models that the settings allow."""
    settings = context.settings
    return policy.permitted(
        context.servers.installed(), settings.allowed_models, local_only=settings.local_only
    )


def _settled(context: Context, flag: str | None, setting: str | None) -> str | None:
    if flag is not None and not flag.strip():
        raise UsageError("-m is empty", hint="name a model, or leave -m out")
    model = setting if flag is None else flag
    if model is not None:
        context.permit(model)
    return model


def _is_limited(context: Context) -> bool:
    return bool(context.settings.allowed_models) or context.settings.local_only


def _limited(context: Context) -> list[ModelSummary] | None:
    return eligible(context) if _is_limited(context) else None


def _existing(context: Context, found: str | None, kind: str, example: str) -> str:
    if found is None:
        raise none_there(context, f"{kind} model", example)
    return found


def none_there(context: Context, what: str = "model", example: str = "llama3.2") -> NotFoundError:
    """Make the error of a server without any model of those that are wanted."""
    allowed = " that the settings allow" if _is_limited(context) else ""
    server = context.servers.provider()
    pulls = f"get one: `ollama-cli models pull {example}`"
    return NotFoundError(
        f"no {what}{allowed} is installed on {server.base_url}",
        hint=pulls if server.provider_type == "ollama" else "name one with -m",
    )


def _told(context: Context, found: str) -> str:
    context.prompter.note(f"using {found} (choose another with -m)")
    return found
