"""What servers can do, in our words; loaded when it is asked for, as it brings requests along."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ollama_cli.features.doctor.run import RUNGS as RUNGS, climb as climb
    from ollama_cli.features.doctor.target import Case as Case
    from ollama_cli.features.models.residence import place_of as place_of
    from ollama_cli.features.pull.outdated import compare as compare
    from ollama_cli.features.pull.retry import Patience as Patience, heal as heal
    from ollama_cli.services.auto import EitherClient as EitherClient
    from ollama_cli.services.kinds import (
        Server as Server,
        check as check,
        lacking as lacking,
        named as named,
    )
    from ollama_cli.services.ollama import OllamaClient as OllamaClient
    from ollama_cli.services.openai import OpenAIClient as OpenAIClient
    from ollama_cli.services.provider import Provider as Provider
    from ollama_cli.services.registry import Registry as Registry
    from ollama_cli.services.stream import EventStream as EventStream
    from ollama_cli.transport import log_requests as log_requests

_PLACES = {
    "Case": "ollama_cli.features.doctor.target",
    "RUNGS": "ollama_cli.features.doctor.run",
    "EitherClient": "ollama_cli.services.auto",
    "named": "ollama_cli.services.kinds",
    "Server": "ollama_cli.services.kinds",
    "check": "ollama_cli.services.kinds",
    "lacking": "ollama_cli.services.kinds",
    "OllamaClient": "ollama_cli.services.ollama",
    "OpenAIClient": "ollama_cli.services.openai",
    "EventStream": "ollama_cli.services.stream",
    "Patience": "ollama_cli.features.pull.retry",
    "Provider": "ollama_cli.services.provider",
    "Registry": "ollama_cli.services.registry",
    "climb": "ollama_cli.features.doctor.run",
    "compare": "ollama_cli.features.pull.outdated",
    "heal": "ollama_cli.features.pull.retry",
    "log_requests": "ollama_cli.transport",
    "place_of": "ollama_cli.features.models.residence",
}

__all__ = [
    "RUNGS",
    "Case",
    "EitherClient",
    "EventStream",
    "OllamaClient",
    "OpenAIClient",
    "Patience",
    "Provider",
    "Registry",
    "Server",
    "check",
    "climb",
    "compare",
    "heal",
    "lacking",
    "log_requests",
    "named",
    "place_of",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
