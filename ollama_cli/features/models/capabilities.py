"""Whether a model may and can do what is asked of it, told before anything is sent to it."""

from collections.abc import Sequence
from typing import Final

from ollama_cli import services
from ollama_cli.config import policy
from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.context import Runtime
from ollama_cli.features.servers import connect
from ollama_cli.services.capabilities import CHAT, EMBEDDING
from ollama_cli.types.answers import Think
from ollama_cli.types.models import Capabilities

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


def check(cli: Runtime, model: str, needs: Sequence[str] = ()) -> None:
    """Refuse a model that runs elsewhere under local_only, or lacks one of the `needs`.

    Nothing is asked where nothing is needed. Raises RefusedError or UsageError; what the server
    does not tell is no reason to refuse, except under local_only, where its error is raised.
    """
    local_only = cli.settings.local_only
    if not needs and not local_only:
        return
    try:
        known = connect.informed(cli).capabilities(model)
    except OllamaCliError:
        if local_only:
            raise
        return  # the request itself shall tell what is wrong
    if local_only:
        place = services.place_of(model, known, cli.provider(), cli.ollama())
        policy.check_place(model, place)
    for need in needs:
        if known.has(need) is False:
            lacks, advice = _LACKS[need]
            raise UsageError(f"model {model!r} {lacks}", hint=_hint(cli, need, advice))


def _hint(cli: Runtime, need: str, advice: str) -> str:
    able = _able(cli, need)
    return f"{advice}; installed: {', '.join(able)}" if able else advice


def _able(cli: Runtime, need: str) -> list[str]:
    """Name installed models with a capability, the newest first."""
    found: list[str] = []
    try:
        for model in cli.installed()[:_MOST_ASKED]:
            known = model.capabilities
            told = (
                connect.informed(cli).capabilities(model.name)
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
