"""Models of an Ollama server for Pydantic AI; needs the extra `pydantic-ai`."""

import asyncio
import ssl
from pathlib import Path
from typing import Any, Final

from ollama_cli import (
    Health,
    ModelNotFoundError,
    OllamaClient,
    OllamaCliError,
    Settings,
    client_options,
    load_settings,
    parse_host,
)

try:
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient
    from pydantic_ai.models.ollama import OllamaModel
    from pydantic_ai.profiles import merge_profile
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.ollama import OllamaProvider
except ImportError as missing:
    raise ImportError(
        "Pydantic AI is not installed: `pip install 'ollama-command-line[pydantic-ai]'`"
    ) from missing

__all__ = [
    "create_ollama_model",
    "create_ollama_model_async",
    "detect_ollama_model",
    "ollama_health_check",
]

# The library wants some key; without one it would take OLLAMA_API_KEY, whoever the server is.
_NO_KEY: Final = "ollama"
_BEARER: Final = "Bearer "


def create_ollama_model(
    model_name: str | None = None, settings: Settings | None = None, *, auto_detect: bool = False
) -> OllamaModel:
    """Make a model for agents; nothing is connected to unless a model must be found.

    Without a name it is the model of the settings, which are those of the commands unless given;
    with `auto_detect`, one that can chat is then asked for. Raises ModelNotFoundError without any,
    and what a client raises.
    """
    settings = settings or load_settings()
    name = model_name or settings.model
    if name is None and auto_detect:
        with _client(settings) as client:
            name = client.detect_model()
    return _model(_found(name, settings), settings)


async def create_ollama_model_async(
    model_name: str | None = None,
    settings: Settings | None = None,
    *,
    auto_detect: bool = True,
    test_connection: bool = True,
) -> OllamaModel:
    """Make a model as create_ollama_model does; whatever waits for the server is in a thread.

    With `test_connection` the server is asked for the model first: raises ModelNotFoundError if it
    has it not, UnreachableError and others if it does not answer.
    """
    return await asyncio.to_thread(
        _create, model_name, settings, auto_detect=auto_detect, test_connection=test_connection
    )


def detect_ollama_model(base_url: str | None = None, timeout: float = 10) -> str | None:
    """Find a model that can chat: a running one, else the newest; each phase takes `timeout` s.

    None if there is none, or nobody answers: `ollama_health_check` tells why. The address is that
    of the settings, unless given.
    """
    given = {} if base_url is None else {"host": base_url}
    try:
        with _client(load_settings(timeout=timeout, **given)) as client:
            return client.detect_model()
    except OllamaCliError:  # the reason is told by `ollama_health_check`
        return None


def ollama_health_check(settings: Settings | None = None) -> Health:
    """Check the server, and the model of the settings if they have one; never raises."""
    try:
        settings = settings or load_settings()
        with _client(settings) as client:
            return client.health(settings.model)
    except OllamaCliError as error:  # what the settings say cannot be used
        return Health(connected=False, base_url="", error=error.message, error_kind=error.code)


def _create(
    model_name: str | None, settings: Settings | None, *, auto_detect: bool, test_connection: bool
) -> OllamaModel:
    settings = settings or load_settings()
    name = model_name or settings.model
    if name is None and not auto_detect:
        raise _no_model(settings)
    if test_connection:
        with _client(settings) as client:
            health, error = client.examine(name)
        if error is not None:
            raise error
        name = name or _found(health.model_id, settings)
    return create_ollama_model(name, settings, auto_detect=auto_detect)


def _client(settings: Settings) -> OllamaClient:
    return OllamaClient(settings.host, **client_options(settings))


def _found(name: str | None, settings: Settings) -> str:
    if name is None:
        raise _no_model(settings)
    return name


def _no_model(settings: Settings) -> ModelNotFoundError:
    url = OllamaClient(settings.host).base_url  # without a password
    return ModelNotFoundError(
        "No models detected in Ollama. Please pull a model first:"
        f" ollama-cli --host {url} models pull llama3.2",
        hint="or name one, or let one that is there be found: `auto_detect=True`",
    )


def _model(name: str, settings: Settings) -> OllamaModel:
    """Make the model; its profile has the library send `max_tokens`, which Ollama obeys."""
    provider = _provider(name, settings)
    usual = OllamaModel(name, provider=provider).profile
    obeyed = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
    return OllamaModel(name, provider=provider, profile=merge_profile(usual, obeyed))


def _provider(name: str, settings: Settings) -> OllamaProvider:
    options = client_options(settings, name)
    headers = dict(options["headers"])
    shown = headers.get("Authorization", "")
    key = shown.removeprefix(_BEARER) if shown.startswith(_BEARER) else ""
    if key:
        del headers["Authorization"]
    client = DefaultAsyncHttpxClient(verify=_tls(options), trust_env=not settings.is_private)
    return OllamaProvider(
        openai_client=AsyncOpenAI(
            base_url=_openai_url(settings),
            api_key=key or _NO_KEY,
            # A connection that is kept dies with its event loop, and fails in the next one.
            default_headers={**headers, "Connection": "close"},
            http_client=client,
        )
    )


def _openai_url(settings: Settings) -> str:
    """Return where `/v1` is; settings that a program made hold the address as it was written."""
    if not settings.typed_host:
        typed = settings.host
        settings = settings._replace(host=parse_host(typed), typed_host=typed)
    return settings.openai_url


def _tls(options: dict[str, Any]) -> ssl.SSLContext | bool:
    """Return how the server's certificate is checked, and which one of ours is shown."""
    if not (options["ca_file"] or options["client_cert"] or options["insecure"]):
        return True
    place = options["ca_file"]
    which = "capath" if place and Path(place).is_dir() else "cafile"
    try:
        context = ssl.create_default_context(**{which: place})
        if options["client_cert"]:
            certificate, key = options["client_cert"]
            context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise OllamaCliError(f"a certificate cannot be read: {error}") from error
    if options["insecure"]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
