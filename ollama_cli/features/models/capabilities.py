"""Check before a request whether a model is allowed and able to answer it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ollama_cli.config import policy
from ollama_cli.errors import OllamaCliError, OtherApiError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.types.answers import Think
from ollama_cli.types.model_details import Capabilities
from ollama_cli.types.models import CHAT, EMBEDDING

if TYPE_CHECKING:
    from ollama_cli.services.ollama import OllamaClient
    from ollama_cli.services.provider import Provider

VISION: Final = "vision"
THINKING: Final = "thinking"
TOOLS: Final = "tools"
# For each missing capability the words of the error and an advice.
_LACKS: Final = {
    CHAT: ("cannot chat", "choose a model that can"),
    EMBEDDING: ("makes no embeddings", "choose an embedding model with -m"),
    VISION: ("cannot see images", "choose a model with vision with -m, or leave out --image"),
    THINKING: ("cannot think", "leave out --think, or choose a model that can with -m"),
    TOOLS: ("cannot call tools", "choose a model that can with -m, or leave out --tools"),
}
_MOST_CHECKED: Final = 30
_MOST_NAMED: Final = 3


def needs(images: Sequence[str], think: Think | None, *, tools: bool = False) -> list[str]:
    """List the capabilities that a question needs: vision for images, thinking, and tools."""
    wanted = {VISION: bool(images), THINKING: bool(think), TOOLS: tools}
    return [each for each, is_needed in wanted.items() if is_needed]


def check(context: Context, model: str, needs: Sequence[str] = ()) -> None:
    """Refuse a model that runs elsewhere under local_only, or lacks one of the `needs`.

    Sends no request if nothing is needed. Raises RefusedError or UsageError; an unknown capability
    is no reason to refuse, except under local_only, where the error of the server is raised.
    """
    local_only = context.settings.local_only
    if not needs and not local_only:
        return
    try:
        known = context.servers.capability_provider().capabilities(model)
    except OllamaCliError:
        if local_only:
            raise
        return  # the request itself will report the problem
    if local_only:
        place = remote_host_of(model, known, context.servers.provider(), context.servers.ollama())
        policy.check_place(model, place)
    for need in needs:
        if known.has(need) is False:
            lacks, advice = _LACKS[need]
            raise UsageError(f"model {model!r} {lacks}", hint=_hint(context, need, advice))


def only_embeds(context: Context, model: str) -> bool:
    """Return whether a model makes embeddings and cannot chat, as far as the server tells."""
    try:
        known = context.servers.capability_provider().capabilities(model)
    except OllamaCliError:  # the request itself tells more
        return False
    return known.has(EMBEDDING) is True and not known.has(CHAT)


def _hint(context: Context, need: str, advice: str) -> str:
    models = _models_with(context, need)
    return f"{advice}; installed: {', '.join(models)}" if models else advice


def _models_with(context: Context, need: str) -> list[str]:
    """List installed models with a capability, the newest first."""
    found: list[str] = []
    try:
        for model in context.servers.installed()[:_MOST_CHECKED]:
            known = model.capabilities
            capabilities = (
                context.servers.capability_provider().capabilities(model.name)
                if known is None
                else Capabilities(known)
            )
            if capabilities.has(need):
                found.append(model.name)
            if len(found) == _MOST_NAMED:
                break
    except OllamaCliError:
        return found
    return found


def remote_host_of(
    model: str, known: Capabilities, client: "Provider", native: "OllamaClient"
) -> str:
    """Return the remote host on which a model runs; empty if the server itself runs it.

    `known` comes from `client`. If that speaks another API, the `native` client asks once more,
    as the server may be Ollama.
    """
    if known.remote_host or client.provider_type == "ollama":
        return known.remote_host
    try:
        shown = native.show(model)
    except OtherApiError:
        return ""  # not Ollama: the server does not say
    return shown.remote_host or shown.remote_model
