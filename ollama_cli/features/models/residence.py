"""Where a model runs: on its server, or on another host."""

from ollama_cli.errors import OtherApiError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.provider import Provider
from ollama_cli.types.models import Capabilities


def place_of(model: str, known: Capabilities, client: Provider, native: OllamaClient) -> str:
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
