"""Whether a model may and can do what is asked of it, told before anything is sent to it."""

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
# What a model without the capability is told to lack, and what can be done about it.
_LACKS: Final = {
    CHAT: ("cannot chat", "choose a model that can"),
    EMBEDDING: ("makes no embeddings", "choose an embedding model with -m"),
    VISION: ("cannot see images", "choose a model with vision with -m, or leave out --image"),
    THINKING: ("cannot think", "leave out --think, or choose a model that can with -m"),
}
_MOST_ASKED: Final = 30
_MOST_NAMED: Final = 3


def needs(pictures: Sequence[str], think: Think | None) -> list[str]:
    """Name what a question needs of a model: to see its pictures, and to think if it shall."""
    return ([VISION] if pictures else []) + ([THINKING] if think else [])


def check(context: Context, model: str, needs: Sequence[str] = ()) -> None:
    """Refuse a model that runs elsewhere under local_only, or lacks one of the `needs`.

    Nothing is asked where nothing is needed. Raises RefusedError or UsageError; what the server
    does not tell is no reason to refuse, except under local_only, where its error is raised.
    """
    local_only = context.settings.local_only
    if not needs and not local_only:
        return
    try:
        known = context.servers.informed().capabilities(model)
    except OllamaCliError:
        if local_only:
            raise
        return  # the request itself shall tell what is wrong
    if local_only:
        place = place_of(model, known, context.servers.provider(), context.servers.ollama())
        policy.check_place(model, place)
    for need in needs:
        if known.has(need) is False:
            lacks, advice = _LACKS[need]
            raise UsageError(f"model {model!r} {lacks}", hint=_hint(context, need, advice))


def _hint(context: Context, need: str, advice: str) -> str:
    able = _able(context, need)
    return f"{advice}; installed: {', '.join(able)}" if able else advice


def _able(context: Context, need: str) -> list[str]:
    """Name installed models with a capability, the newest first."""
    found: list[str] = []
    try:
        for model in context.servers.installed()[:_MOST_ASKED]:
            known = model.capabilities
            told = (
                context.servers.informed().capabilities(model.name)
                if known is None
                else Capabilities(known)
            )
            if told.has(need):
                found.append(model.name)
            if len(found) == _MOST_NAMED:
                break
    except OllamaCliError:
        return found
    return found


def place_of(model: str, known: Capabilities, client: "Provider", native: "OllamaClient") -> str:
    """Tell on which host the server says that a model runs; empty where that is its own.

    `known` is what `client` tells of it. Ollama that was addressed as another kind of server is
    asked once more, by the `native` client.
    """
    if known.remote_host or client.provider_type == "ollama":
        return known.remote_host
    try:
        shown = native.show(model)
    except OtherApiError:
        return ""  # no Ollama: such a server does not tell
    return shown.remote_host or shown.remote_model
