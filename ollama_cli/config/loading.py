"""The settings for other programs: as the commands read them, with what is sent to a server."""

from typing import Any, Final

from ollama_cli.config import policy, sources
from ollama_cli.config.credentials import resolve_credentials
from ollama_cli.config.resolve import Layer, check_name, resolve
from ollama_cli.config.settings import Settings

_PROGRAM: Final = "the settings"
_TYPED: Final = ("host", "api_key_env")


def load_settings(**given: object) -> Settings:
    """Read the settings from the environment, `.env` and the config file; `given` ones win.

    They have the names of settings, and None is not given: UsageError for another name. Raises
    OllamaCliError as the commands do; what these only warn of stands in `warnings`.
    """
    for name in given:
        check_name(name)
    typed = {name: value for name, value in given.items() if value is not None}
    layers, warnings = sources.layers(typed, sources.environment())
    settings = resolve(layers)
    return settings._replace(warnings=(*warnings, *settings.warnings))


def client_options(settings: Settings, model: str | None = None) -> dict[str, Any]:
    """Return the keywords of a client for the server of these settings: key, certificates, limits.

    A key goes to the server that it belongs to and to no other, as with the commands; settings that
    a program made by itself have no key but their own. A command that tells the key is run now.
    Raises what the commands raise: RefusedError for a public host with `local_only`, and for a
    `model` that the settings forbid by its name.
    """
    if settings.local_only:
        policy.check_host(settings.host)
    if model is not None:
        policy.check_model(model, settings.allowed_models, local_only=settings.local_only)
    if settings.entry is not None and not settings.entry.is_at(settings.host):
        settings = settings._replace(entry=None)  # the address was replaced by another one
    layers = _layers_of(settings)
    told = {"host": _PROGRAM, **settings.origins}
    found = resolve_credentials(settings._replace(origins=told), layers, sources.environment())
    return {
        **found._asdict(),
        "timeouts": settings.timeouts,
        "local_only": settings.local_only,
    }


def _layers_of(settings: Settings) -> list[Layer]:
    """Return the sources that the settings were read from, else the settings as the only one."""
    typed = settings.typed_host or settings.host
    values: dict[str, Any] = {"host": typed, "api_key_env": settings.api_key_env}
    if settings.origins:
        flags = {name: values[name] for name in _TYPED if settings.is_typed(name)}
        return sources.layers(flags, sources.environment())[0]
    return [Layer({name: (value, _PROGRAM) for name, value in values.items() if value is not None})]
