"""HTTP, and the only room that knows requests and urllib3; loaded when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ollama_cli.transport.client import Transport as Transport, log_requests as log_requests
    from ollama_cli.transport.deadline import within as within
    from ollama_cli.transport.response import LARGEST_DOCUMENT as LARGEST_DOCUMENT, Reply as Reply
    from ollama_cli.transport.retries import (
        LONGEST_RETRY_AFTER as LONGEST_RETRY_AFTER,
        Retry as Retry,
        is_passing as is_passing,
    )

_PLACES = {
    "LARGEST_DOCUMENT": "ollama_cli.transport.response",
    "LONGEST_RETRY_AFTER": "ollama_cli.transport.retries",
    "Reply": "ollama_cli.transport.response",
    "Retry": "ollama_cli.transport.retries",
    "Transport": "ollama_cli.transport.client",
    "is_passing": "ollama_cli.transport.retries",
    "log_requests": "ollama_cli.transport.client",
    "within": "ollama_cli.transport.deadline",
}

__all__ = [
    "LARGEST_DOCUMENT",
    "LONGEST_RETRY_AFTER",
    "Reply",
    "Retry",
    "Transport",
    "is_passing",
    "log_requests",
    "within",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
