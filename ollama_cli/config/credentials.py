"""What is sent to one server, and to no other, besides requests: a key, headers, a certificate."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from ollama_cli.config import hosts, sources
from ollama_cli.config.resolve import Layer
from ollama_cli.config.settings import Settings
from ollama_cli.errors import AuthError, ConfigError, OllamaCliError, RefusedError, UsageError
from ollama_cli.system import processes
from ollama_cli.types import known_hosts
from ollama_cli.types.urls import host_of, is_private, split_userinfo
from ollama_cli.types.written import SecretHeader

WELL_KNOWN: Final = {
    "https://ollama.com:443": "OLLAMA_API_KEY",
    "https://api.openai.com:443": "OPENAI_API_KEY",
    f"https://{known_hosts.ANTHROPIC}:443": "ANTHROPIC_API_KEY",
}
_AS_BEARER: Final = ("Authorization", "Bearer ")
_AS_ITSELF: Final = ("x-api-key", "")
_LOGIN: Final = "OLLAMA_CLI_LOGIN"  # a name for a command that is printed
_PATIENCE: Final = 30.0
_LARGEST: Final = 1 << 16
_VARIABLE: Final = r"[A-Z_][A-Z0-9_]*"


class Credentials(NamedTuple):
    """Secrets and certificates for the client of one server; fields have its parameters' names."""

    headers: Mapping[str, str] = MappingProxyType({})
    ca_file: str | None = None
    client_cert: tuple[str, str] | None = None
    insecure: bool = False

    def __repr__(self) -> str:
        return "Credentials()"  # no secret, as logs and tracebacks show it


class Key(NamedTuple):
    """Where a key is: in `text`, in a variable, in a command's output, or in the address itself."""

    origin: str
    text: str | None = None
    variable: str | None = None
    command: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Key({self.origin!r})"


def resolve_credentials(
    settings: Settings, layers: Sequence[Layer], variables: Mapping[str, str]
) -> Credentials:
    """Resolve the credentials for the server in use; a command that prints the key is run now.

    Raises RefusedError if they would go over plain http to a public host, ConfigError for a
    variable that is unset or a file that is missing, AuthError if the command fails.
    """
    key, entry = find_key(settings, layers, variables), settings.entry or hosts.Host("", "")
    headers = dict(entry.headers)
    if key or headers:
        _refuse_plain(settings, key.origin if key else f"[hosts.{entry.name}] headers")
    for path in (entry.ca_file, *(entry.client_cert or ())):
        if path and not Path(path).is_file():
            raise ConfigError(f"no such file: {path} (from [hosts.{entry.name}])")
    if key and (text := fetch(key, variables)):
        shown, prefix = _AS_ITSELF if settings.first_api == "anthropic" else _AS_BEARER
        headers = {name: each for name, each in headers.items() if name.lower() != shown.lower()}
        headers[shown] = prefix + text
    return Credentials(
        headers=headers,
        ca_file=entry.ca_file or settings.ca_file,
        client_cert=entry.client_cert,
        insecure=entry.insecure,
    )


def secret_headers(
    settings: Settings, layers: Sequence[Layer], variables: Mapping[str, str]
) -> list[SecretHeader]:
    """Name the variables that hold what `resolve_credentials` would send; none is read.

    What is in no variable gets one to be put into. Raises RefusedError as that does, and
    UsageError or ConfigError for a name that no variable can have.
    """
    key, entry = find_key(settings, layers, variables), settings.entry or hosts.Host("", "")
    if key or entry.headers:
        _refuse_plain(settings, key.origin if key else f"[hosts.{entry.name}] headers")
    place = f"[hosts.{entry.name}] headers"
    found = {
        name.lower(): SecretHeader(name, re.sub(r"\W", "_", name).upper(), origin=place)
        for name in entry.headers
    }
    if key is None:
        return list(found.values())
    if not (key.text or key.command or key.variable is not None):
        return [*found.values(), SecretHeader("", _LOGIN, origin=key.origin)]
    shown, prefix = _AS_ITSELF if settings.first_api == "anthropic" else _AS_BEARER
    variable = sources.KEY_VARIABLE if key.variable is None else key.variable
    if not re.fullmatch(r"[A-Za-z_]\w*", variable, re.ASCII):
        raise _no_variable(key.origin)
    is_there = key.variable is not None or key.origin == sources.KEY_VARIABLE
    origin = "" if is_there else key.origin
    found[shown.lower()] = SecretHeader(shown, variable, prefix, origin, is_key=True)
    return list(found.values())


def find_key(
    settings: Settings, layers: Sequence[Layer], variables: Mapping[str, str]
) -> Key | None:
    """Find where the key for the server in use is, without reading it; the strongest source wins.

    `layers` are those of the settings, the config file last.
    """
    *stronger, config = layers
    given = (_key_from(layer, settings, layers) for layer in stronger)
    userinfo = split_userinfo(settings.host)[1]
    return (
        next(filter(None, given), None)
        or (Key(f"the address from {settings.origins['host']}") if userinfo else None)
        or (key_of(settings.entry) if settings.entry else None)
        or _key_from(config, settings, layers)
        or well_known(settings.host, variables)
    )


def key_of(entry: hosts.Host) -> Key | None:
    """Return where an entry's own key is; None if it has none."""
    place = f"[hosts.{entry.name}]"
    if entry.api_key:
        return Key(f"{place} api_key", text=entry.api_key)
    if entry.api_key_env:
        return Key(f"{place} api_key_env", variable=entry.api_key_env)
    if entry.api_key_cmd:
        return Key(f"{place} api_key_cmd", command=entry.api_key_cmd)
    return Key(f"{place} url") if split_userinfo(entry.url)[1] else None


def well_known(address: str, variables: Mapping[str, str]) -> Key | None:
    """Find the key of an address that has its own variable; plain http to it is refused later."""
    origin = hosts.origin_of(address).replace("http://", "https://").removesuffix(":80")
    name = WELL_KNOWN.get(origin) or WELL_KNOWN.get(f"{origin}:443")
    return Key(name, variable=name) if name and variables.get(name, "").strip() else None


def fetch(key: Key, variables: Mapping[str, str]) -> str | None:
    """Read a key from where it is; None if the address itself holds it."""
    if key.variable is not None:
        return _from_variable(key.origin, key.variable, variables)
    return _from_command(key.origin, key.command) if key.command else key.text


def missing_hint(settings: Settings, layers: Sequence[Layer], variables: Mapping[str, str]) -> str:
    """Return the hint for a server that wants a key, or another key than it was sent."""
    key = find_key(settings, layers, variables)
    if key is not None:
        return f"it was shown the key from {key.origin}: is it the one for this server?"
    if variable := WELL_KNOWN.get(hosts.origin_of(settings.host)):
        return f"put your key into {variable}, or name its variable: `--api-key-env NAME`"
    if any(layer.key for layer in layers):
        return (
            f"{sources.KEY_VARIABLE} is for another address; it can be given to this one, too: "
            f"`--api-key-env {sources.KEY_VARIABLE}`"
        )
    return (
        f"put its key into {sources.KEY_VARIABLE}, name its variable with `--api-key-env NAME`, or"
        " keep it for this address: `ollama-cli hosts add --help`"
    )


def _key_from(layer: Layer, settings: Settings, layers: Sequence[Layer]) -> Key | None:
    """Find the key that a source sets without naming a server, if it is for the one in use."""
    variable, origin = layer.values.get("api_key_env", (None, ""))
    if (variable is None and layer.key is None) or not _is_for_server(layer, settings, layers):
        return None
    if variable is None:
        return Key(sources.KEY_VARIABLE, text=layer.key)
    return Key(origin, variable=str(settings.api_key_env))


def _is_for_server(layer: Layer, settings: Settings, layers: Sequence[Layer]) -> bool:
    """Return whether a source's key is for the server in use: the one it names, if it names any."""
    if "host" not in layer.values:
        return next((each.trusted for each in layers if "host" in each.values), True)
    named = str(layer.values["host"][0]).strip()
    entry = next((each.hosts[named] for each in layers if named in each.hosts), None)
    try:
        return hosts.origin_of(entry.url if entry else named) == hosts.origin_of(settings.host)
    except OllamaCliError:  # an invalid address, and a stronger source has named another
        return False


def _refuse_plain(settings: Settings, origin: str) -> None:
    """Raise RefusedError if a secret would be sent where everybody on the way can read it."""
    address = hosts.origin_of(settings.host)
    is_allowed = settings.entry is not None and settings.entry.allow_http_token
    if address.startswith("https:") or is_private(host_of(settings.host)) or is_allowed:
        return
    raise RefusedError(
        f"{origin} would go to {address} unencrypted, for all on the way to read",
        hint="use https://, or allow it in its [hosts] entry: allow_http_token = true",
    )


def _from_variable(origin: str, name: str, variables: Mapping[str, str]) -> str:
    value = variables.get(name, "").strip()
    if value:
        return value
    if re.fullmatch(_VARIABLE, name):
        raise ConfigError(
            f"the variable {name} (from {origin}) is not set",
            hint=f"put the key of the server into it: `export {name}=…`",
        )
    raise _no_variable(origin)


def _no_variable(origin: str) -> OllamaCliError:
    # It may be the key itself, given where the name of its variable belongs.
    kind = UsageError if origin.startswith("--") else ConfigError
    return kind(
        f"{origin} names no variable that is set",
        hint="it takes the name of the variable that holds the key, not the key",
    )


def _from_command(origin: str, words: tuple[str, ...]) -> str:
    # The output of the command is never shown: it may be a secret.
    failure = "run it yourself to see why"
    try:
        code, output = processes.output(words, seconds=_PATIENCE, largest=_LARGEST)
    except OSError as error:
        raise ConfigError(f"cannot run {words[0]} (from {origin}): {error.strerror}") from error
    if code is None:
        message = f"{words[0]} (from {origin}) told no key within {_PATIENCE:g} s"
        raise AuthError(message, hint=failure)
    if len(output) > _LARGEST:
        message = f"{words[0]} (from {origin}) told more than {_LARGEST} bytes, which is no key"
        raise AuthError(message, hint=failure)
    if code:
        raise AuthError(f"{words[0]} (from {origin}) ended with {code}", hint=failure)
    text: str = output.decode("utf-8", "replace").strip()
    if not text:
        raise AuthError(f"{words[0]} (from {origin}) told no key", hint=failure)
    return text
