"""A client that writes requests down and sends none: it knows no key, and asks nobody."""

from typing import TYPE_CHECKING

from ollama_cli.config import policy
from ollama_cli.config.settings import Settings
from ollama_cli.features.servers.cache import Seen

if TYPE_CHECKING:
    from ollama_cli.services.provider import Provider

_WEBUI = "open-webui"


def keyless(settings: Settings, seen: Seen) -> "Provider":
    """Make a client of the API that the settings name, or that was `seen` of the server before.

    It is Ollama's own where nothing is known. Raises RefusedError where local_only is set for a
    public host.
    """
    from ollama_cli.services.ollama import OllamaClient  # noqa: PLC0415  requests: 50 ms

    if settings.local_only:
        policy.check_host(settings.host)
    if settings.first_api == "anthropic":
        from ollama_cli.services.anthropic import AnthropicClient  # noqa: PLC0415  others alone: 8 ms

        return AnthropicClient(settings.openai_url, version=settings.anthropic_version)
    client = OllamaClient(settings.openai_url)
    is_openai = settings.first_api == "openai" or (settings.api == "auto" and seen.api == "openai")
    if not is_openai:
        return client
    from ollama_cli.services.openai import OpenAIClient  # noqa: PLC0415  /v1 alone: 8 ms

    is_webui = settings.may_be_webui and seen.kind == _WEBUI
    return OpenAIClient.beside(client, "/api" if is_webui else None)
