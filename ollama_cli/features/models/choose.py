"""Which model a command uses: the one that is named, else set, else found on the server."""

from ollama_cli.config import policy
from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.context import Runtime
from ollama_cli.types.models import ModelSummary


def chat_model(cli: Runtime, named: str | None) -> str:
    """Settle the model to chat with; RefusedError for one that is not allowed."""
    model = _settled(cli, named, cli.settings.model)
    return model if model is not None else _told(cli, detected(cli))


def embed_model(cli: Runtime, named: str | None) -> str:
    """Settle the model to embed with; RefusedError for one that is not allowed."""
    model = _settled(cli, named, cli.settings.embed_model)
    if model is not None:
        return model
    found = cli.provider().detect_embedding_model(_limited(cli))
    return _told(cli, _existing(cli, found, "embedding", "nomic-embed-text"))


def detected(cli: Runtime) -> str:
    """Find a model to chat with: a running one, else the newest; NotFoundError without any."""
    return _existing(cli, cli.provider().detect_model(_limited(cli)), "chat", "llama3.2")


def eligible(cli: Runtime) -> list[ModelSummary]:
    """List the installed models that the settings allow."""
    settings = cli.settings
    return policy.permitted(
        cli.installed(), settings.allowed_models, local_only=settings.local_only
    )


def _settled(cli: Runtime, flag: str | None, setting: str | None) -> str | None:
    if flag is not None and not flag.strip():
        raise UsageError("-m is empty", hint="name a model, or leave -m out")
    model = setting if flag is None else flag
    if model is not None:
        cli.permit(model)
    return model


def _is_limited(cli: Runtime) -> bool:
    return bool(cli.settings.allowed_models) or cli.settings.local_only


def _limited(cli: Runtime) -> list[ModelSummary] | None:
    return eligible(cli) if _is_limited(cli) else None


def _existing(cli: Runtime, found: str | None, kind: str, example: str) -> str:
    if found is None:
        raise none_there(cli, f"{kind} model", example)
    return found


def none_there(cli: Runtime, what: str = "model", example: str = "llama3.2") -> NotFoundError:
    """Make the error of a server without any model of those that are wanted."""
    allowed = " that the settings allow" if _is_limited(cli) else ""
    server = cli.provider()
    pulls = f"get one: `ollama-cli models pull {example}`"
    return NotFoundError(
        f"no {what}{allowed} is installed on {server.base_url}",
        hint=pulls if server.provider_type == "ollama" else "name one with -m",
    )


def _told(cli: Runtime, found: str) -> str:
    cli.note(f"using {found} (choose another with -m)")
    return found
