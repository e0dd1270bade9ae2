"""Settings: one frozen value, settled from layers; each value knows where it came from."""

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ollama_cli.errors import ConfigError, OllamaCliError, RefusedError, UsageError
from ollama_cli.timeouts import Timeouts
from ollama_cli.urls import host_of, ignored_port, is_private, parse_host, redact
from ollama_cli.values import Value, field

RENDERINGS: Final = ("auto", "markdown", "plain")
TYPED: Final = "the command line"
_PATIENCE: Final = Timeouts()
_LONGEST: Final = 1e9  # about 30 years; the clocks of some systems end beyond it
_DURATION: Final = r"-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+"


class Settings(Value):
    """What every command is given; `origins` names the source of each value.

    `warnings` tell what was read otherwise than it was written.
    """

    host: str = "http://127.0.0.1:11434"
    model: str | None = None
    embed_model: str | None = None
    keep_alive: str | float | None = None
    timeout: float | None = None
    connect_timeout: float = _PATIENCE.connect
    health_timeout: float = _PATIENCE.health
    metadata_timeout: float = _PATIENCE.metadata
    first_token_timeout: float = _PATIENCE.first_token
    token_timeout: float = _PATIENCE.between_tokens
    pull_timeout: float = _PATIENCE.pull
    ca_file: str | None = None
    render: str = "auto"
    origins: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def timeouts(self) -> Timeouts:
        """Gather the patience for each phase, in seconds."""
        return Timeouts(
            connect=self.connect_timeout,
            health=self.health_timeout,
            metadata=self.metadata_timeout,
            first_token=self.first_token_timeout,
            between_tokens=self.token_timeout,
            pull=self.pull_timeout,
        ).with_overall(self.timeout)


class Setting(Value):
    """One setting: its sentence, how its value is read, and the variables that set it.

    `sample` is a value to show where there is no default.
    """

    help: str
    read: Callable[[Any], Any]
    variables: tuple[str, ...]
    sample: str | float | None = None


class Layer(Value):
    """One source of values: each is a pair (value as it stands there, its origin in words).

    An untrusted layer (a `.env` that happens to lie in the folder) may not name a public host.
    """

    values: Mapping[str, tuple[object, str]]
    trusted: bool = True


def read_text(value: object) -> str:
    """Read a setting that is a line of text."""
    if not isinstance(value, str) or not value.strip():
        raise ConfigError("is empty" if isinstance(value, str) else "is no text")
    return value.strip()


def read_seconds(value: object) -> float:
    """Read a number of seconds, 0 or more."""
    number = _number(value)
    if not 0 <= number <= _LONGEST:
        raise ConfigError("is no number of seconds, 0 or more")
    return number


def read_keep_alive(value: object) -> str | float:
    """Read how long a model stays loaded: seconds, or a duration such as 10m; -1 is for ever."""
    if isinstance(value, str) and re.fullmatch(_DURATION, value.strip()):
        return value.strip()
    number = _number(value)
    if not math.isfinite(number):
        raise ConfigError("is no duration such as 10m, 1h30m, 300 (seconds) or -1 (for ever)")
    return number


def read_render(value: object) -> str:
    """Read how an answer is shown on a terminal: auto, markdown or plain."""
    if value not in RENDERINGS:
        raise ConfigError(f"is none of {', '.join(RENDERINGS)}")
    return str(value)


def read_host(value: object) -> str:
    """Read the server's address as Ollama reads OLLAMA_HOST."""
    return parse_host(read_text(value))


SETTINGS: Final[Mapping[str, Setting]] = {
    "host": Setting(
        "address of the server, as Ollama's own OLLAMA_HOST; /v1 at its end is accepted",
        read_host,
        ("OLLAMA_CLI_HOST", "OLLAMA_HOST", "OLLAMA_BASE_URL", "OLLAMA_IP"),
    ),
    "model": Setting(
        "model for chat and generate when -m is not given",
        read_text,
        ("OLLAMA_CLI_MODEL",),
        "llama3.2",
    ),
    "embed_model": Setting(
        "model for embed when -m is not given",
        read_text,
        ("OLLAMA_CLI_EMBED_MODEL",),
        "nomic-embed-text",
    ),
    "keep_alive": Setting(
        "how long a model stays loaded: 10m, 300 (seconds), 0, or -1 (for ever)",
        read_keep_alive,
        ("OLLAMA_CLI_KEEP_ALIVE",),
        "10m",
    ),
    "timeout": Setting(
        "longest silence of the server in every phase, in seconds; 0 waits for ever",
        read_seconds,
        ("OLLAMA_CLI_TIMEOUT",),
        300.0,
    ),
    "connect_timeout": Setting(
        "seconds to make a connection", read_seconds, ("OLLAMA_CLI_CONNECT_TIMEOUT",)
    ),
    "health_timeout": Setting(
        "seconds of silence in health", read_seconds, ("OLLAMA_CLI_HEALTH_TIMEOUT",)
    ),
    "metadata_timeout": Setting(
        "seconds of silence in list, show and the like",
        read_seconds,
        ("OLLAMA_CLI_METADATA_TIMEOUT",),
    ),
    "first_token_timeout": Setting(
        "seconds until the first token; a model may be loading",
        read_seconds,
        ("OLLAMA_CLI_FIRST_TOKEN_TIMEOUT",),
    ),
    "token_timeout": Setting(
        "seconds between two tokens", read_seconds, ("OLLAMA_CLI_TOKEN_TIMEOUT",)
    ),
    "pull_timeout": Setting(
        "seconds of silence in a pull; verifying a large model is silent",
        read_seconds,
        ("OLLAMA_CLI_PULL_TIMEOUT",),
    ),
    "ca_file": Setting(
        "certificate authority of an https server, a PEM file",
        read_text,
        ("OLLAMA_CLI_CA_FILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
        "/etc/ssl/certs/ca-certificates.crt",
    ),
    "render": Setting(
        "how an answer is shown on a terminal: auto, markdown or plain",
        read_render,
        ("OLLAMA_CLI_RENDER",),
    ),
}


def resolve(layers: Sequence[Layer]) -> Settings:
    """Settle every setting by its first layer; presence decides, not truth.

    Raises ConfigError for a value that cannot be read, naming its origin, and RefusedError where an
    untrusted layer names a host that is neither loopback nor private.
    """
    settled: dict[str, Any] = {}
    origins: dict[str, str] = {}
    warnings: list[str] = []
    for name in SETTINGS:
        layer = next((layer for layer in layers if name in layer.values), None)
        if layer is None:
            origins[name] = "default"
            continue
        value, origin = layer.values[name]
        settled[name] = read(name, value, origin)
        origins[name] = origin
        if not layer.trusted:
            _refuse_strange(name, settled[name], origin)
        if name == "host" and (port := ignored_port(str(value))):
            warnings.append(f"{port!r} (from {origin}) is no port: using {redact(settled[name])}")
    return Settings(**settled, origins=origins, warnings=tuple(warnings))


def read(name: str, value: object, origin: str) -> Any:
    """Read one value; ConfigError (where it was typed UsageError) naming it and its origin."""
    try:
        return SETTINGS[name].read(value)
    except OllamaCliError as error:
        shown = redact(str(value))
        kind = UsageError if origin.startswith("--") or origin == TYPED else ConfigError
        joint = " " if error.message.startswith("is ") else ": "
        raise kind(
            f"{name} = {shown!r} (from {origin}){joint}{error.message}",
            hint=f"{name}: {SETTINGS[name].help}",
        ) from error


def check_name(name: str) -> None:
    """Raise UsageError for an unknown setting, naming the nearest one."""
    if name in SETTINGS:
        return
    near = difflib.get_close_matches(name.replace("-", "_"), SETTINGS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(SETTINGS)}"
    raise UsageError(f"no setting is named {name!r}", hint=hint)


def _number(value: object) -> float:
    """Read a number, also one in quotes; what is none is NaN."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _refuse_strange(name: str, value: object, origin: str) -> None:
    if name == "host" and not is_private(host_of(str(value))):
        raise RefusedError(
            f"{origin} would send your prompts to a public address: {redact(str(value))}",
            hint="if you trust that file, name it: `--env-file .env`",
        )
