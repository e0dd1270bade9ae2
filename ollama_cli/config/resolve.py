"""Precedence: every setting has the value of the strongest source that has it."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ollama_cli.config.hosts import Host, find
from ollama_cli.config.model_defaults import Tables
from ollama_cli.config.settings import REGISTRY, SETTINGS, Settings
from ollama_cli.errors import ConfigError, OllamaCliError, RefusedError, UsageError
from ollama_cli.types import model_names
from ollama_cli.types.secrets import redact
from ollama_cli.types.urls import host_of, ignored_port, is_private, without_secret

TYPED: Final = "the command line"
_ADDRESSES: Final = ("host", "registry")
# What a setting in an untrusted file would do.
_RISKS: Final = {
    "host": "send your prompts to a public address",
    "registry": "tell the names of your models to a public address",
    "model": "send your prompts to the cloud",
    "embed_model": "send your texts to the cloud",
}


# Tables of the config file that hold no settings, and who writes them.
_TABLES: Final = {
    "models": "what stands in [models.NAME] is written by hand: `ollama-cli config edit`",
    "tools": "what stands in [tools] is written by hand: `ollama-cli config edit`",
    "hosts": "a [hosts.NAME] is written by `ollama-cli hosts add`",
}


class Layer(NamedTuple):
    """One source of values: each is a pair (value as written there, its origin in words).

    An untrusted layer (the `.env` of the current folder) may not name a public host. `key` is for
    the server in use, `hosts` are the entries, `models` the tables of models, by name.
    """

    values: Mapping[str, tuple[object, str]]
    trusted: bool = True
    key: str | None = None
    hosts: Mapping[str, Host] = MappingProxyType({})
    models: Tables = MappingProxyType({})


def resolve(layers: Sequence[Layer]) -> Settings:
    """Resolve every setting: the first layer that has it wins, even with an empty or false value.

    Raises ConfigError for a value that cannot be read, naming its origin, and RefusedError if an
    untrusted layer names an address that is neither loopback nor private.
    """
    settled: dict[str, Any] = {}
    origins: dict[str, str] = {}
    warnings: list[str] = []
    hosts = {name: host for layer in layers for name, host in layer.hosts.items()}
    entry: Host | None = None
    for name in SETTINGS:
        layer = next((layer for layer in layers if name in layer.values), None)
        if layer is None:
            origins[name] = "default"
            continue
        value, origin = layer.values[name]
        if name == "host" and (entry := hosts.get(str(value).strip())):
            value, origin = entry.url, f"[hosts.{entry.name}], named by {origin}"
        settled[name] = _read_from(layer, name, value, origin)
        origins[name] = origin
        if not layer.trusted:
            _refuse_public(name, settled[name], origin)
        if name == "host":
            settled["typed_host"] = str(value)
        if name == "host" and (port := ignored_port(str(value))):
            warnings.append(f"{port!r} (from {origin}) is no port: using {redact(settled[name])}")
    if hosts and entry is None:
        address = settled.get("host", Settings().host)
        entry = find(hosts, address)
    return Settings(
        **settled,
        entry=entry,
        origins=origins,
        models=_of_models(layers),
        warnings=tuple(warnings),
    )


def strongest(layers: Iterable[Layer], name: str) -> tuple[str, str] | None:
    """Return the value of a setting as the strongest source has it, and that source; else None."""
    found = next((layer.values[name] for layer in layers if name in layer.values), None)
    return (redact(str(found[0])), found[1]) if found else None


def _of_models(layers: Sequence[Layer]) -> dict[str, dict[str, tuple[Any, str]]]:
    """Read the tables of models; what a stronger layer sets for all models is left out."""
    found: dict[str, dict[str, tuple[Any, str]]] = {}
    stronger: set[str] = set()
    for layer in layers:
        for model, values in layer.models.items():
            own = {key: (read(key, each, origin), origin) for key, (each, origin) in values.items()}
            found[model] = {key: each for key, each in own.items() if key not in stronger}
        stronger |= layer.values.keys()
    return found


def wants_credentials(settings: Settings, layers: Sequence[Layer]) -> bool:
    """Return whether the server may be sent credentials, which the `credentials` module finds."""
    is_given = settings.entry or settings.api_key_env or any(layer.key for layer in layers)
    return bool(is_given) or not is_private(host_of(settings.host))


def _read_from(layer: Layer, name: str, value: object, origin: str) -> Any:
    """Read one value; RefusedError for an unreadable one that says where an untrusted file sends.

    A host that nobody can read in one way is not asked at all.
    """
    try:
        return read(name, value, origin)
    except ConfigError as error:
        if layer.trusted or name not in _RISKS:
            raise
        raise RefusedError(error.message, hint=error.hint) from error


def read(name: str, value: object, origin: str) -> Any:
    """Read one value; ConfigError (UsageError if it was typed) naming it and its origin."""
    try:
        return SETTINGS[name].read(value)
    except OllamaCliError as error:
        # In one that cannot be read, nobody else can tell where a password ends.
        shown = without_secret(str(value)) if name in _ADDRESSES else redact(str(value))
        kind = UsageError if origin.startswith("--") or origin == TYPED else ConfigError
        joint = " " if error.message.startswith("is ") else ": "
        raise kind(
            f"{name} = {shown!r} (from {origin}){joint}{error.message}",
            hint=f"{name}: {SETTINGS[name].help}",
        ) from error


def write(value: object) -> str:
    """Return a value as people, shells and TOML write it; text is without quotes."""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_name(name: str) -> None:
    """Raise UsageError for an unknown setting, naming the nearest one."""
    if name in SETTINGS:
        return
    table, _, key = name.partition(".")
    near = difflib.get_close_matches((key or table).replace("-", "_"), SETTINGS, n=1)
    if key and table in _TABLES:
        hint = _TABLES[table]
    elif near:
        hint = f"did you mean {near[0]}?"
    else:
        hint = "which there are: `ollama-cli config show`"
    raise UsageError(f"no setting is named {name!r}", hint=hint)


def _refuse_odd_name(setting: str, name: str, origin: str) -> None:
    try:
        model_names.checked(name)
    except UsageError as error:
        raise RefusedError(f"{setting} (from {origin}): {error.message}") from error


def _refuse_public(name: str, value: object, origin: str) -> None:
    risk = _RISKS.get(name)
    if risk is None or value == REGISTRY:
        return
    if name in {"model", "embed_model"}:
        _refuse_odd_name(name, str(value), origin)
        is_private_place = not model_names.is_cloud(str(value))
    else:
        is_private_place = is_private(host_of(str(value)))
    if not is_private_place:
        raise RefusedError(
            f"{origin} would {risk}: {redact(str(value))}",
            hint="if you trust that file, name it: `--env-file .env`",
        )
