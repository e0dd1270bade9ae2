"""THE TABLE of settings: what each means, how its value is read, and the variables that set it."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ollama_cli.errors import ConfigError
from ollama_cli.urls import base_url_to_host_root, parse_host
from ollama_cli.values import Value

RENDERINGS: Final = ("auto", "markdown", "plain")
_LONGEST: Final = 1e9  # about 30 years; the clocks of some systems end beyond it
_DURATION: Final = r"-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+"


class Setting(Value):
    """One setting: its sentence, how its value is read, and the variables that set it.

    `sample` is a value to show where there is no default.
    """

    help: str
    read: Callable[[Any], Any]
    variables: tuple[str, ...]
    sample: str | float | None = None


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


def read_switch(value: object) -> bool:
    """Read a yes or no: true or false, on or off, yes or no, 1 or 0."""
    words = {"true": True, "on": True, "yes": True, "1": True}
    words |= {"false": False, "off": False, "no": False, "0": False}
    found = words.get(str(value).strip().lower())
    if found is None:
        raise ConfigError("is neither true nor false")
    return found


def read_host(value: object) -> str:
    """Read the server's address as Ollama reads OLLAMA_HOST."""
    return parse_host(read_text(value))


def read_retries(value: object) -> float:
    """Read how often to try again: a whole number, 0 or more, or `inf`."""
    number = math.inf if value == "inf" else _number(value)
    if not number >= 0 or (math.isfinite(number) and number != int(number)):
        raise ConfigError("is no whole number, 0 or more, and not inf")
    return number


def read_registry(value: object) -> str:
    """Read the address of a registry, or `none`."""
    text = read_text(value)
    if text.lower() == "none":
        return "none"
    return base_url_to_host_root(text if "://" in text else f"https://{text}")


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
    "stall_timeout": Setting(
        "seconds without a byte gained before a pull is begun again",
        read_seconds,
        ("OLLAMA_CLI_STALL_TIMEOUT",),
    ),
    "retries": Setting(
        "how often a pull is begun again without a byte gained: a number, or inf",
        read_retries,
        ("OLLAMA_CLI_RETRIES",),
    ),
    "registry": Setting(
        "where the sizes of a model are asked for before it is pulled: a URL, or none",
        read_registry,
        ("OLLAMA_CLI_REGISTRY",),
    ),
    "history": Setting(
        "whether pulls are written down for `models history`: true or false",
        read_switch,
        ("OLLAMA_CLI_HISTORY",),
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


def _number(value: object) -> float:
    """Read a number, also one in quotes; what is none is NaN."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
