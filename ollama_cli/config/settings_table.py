"""THE TABLE of settings: what each means, how its value is read, and the variables that set it."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ollama_cli.config import parsers as readers


class Setting(NamedTuple):
    """One setting: its sentence, how its value is read, and the variables that set it.

    `sample` is a value to show where there is no default.
    """

    help: str
    read: Callable[[Any], Any]
    variables: tuple[str, ...]
    sample: str | float | tuple[str, ...] | None = None


SETTINGS: Final[Mapping[str, Setting]] = {
    "host": Setting(
        "address of the server, as Ollama's own OLLAMA_HOST; /v1 at its end is accepted",
        readers.read_host,
        ("OLLAMA_CLI_HOST", "OLLAMA_HOST", "OLLAMA_BASE_URL", "OLLAMA_IP"),
    ),
    "model": Setting(
        "model for chat and generate when -m is not given",
        readers.read_text,
        ("OLLAMA_CLI_MODEL",),
        "llama3.2",
    ),
    "embed_model": Setting(
        "model for embed when -m is not given",
        readers.read_text,
        ("OLLAMA_CLI_EMBED_MODEL",),
        "nomic-embed-text",
    ),
    "keep_alive": Setting(
        "how long a model stays loaded: 10m, 300 (seconds), 0, or -1 (for ever)",
        readers.read_keep_alive,
        ("OLLAMA_CLI_KEEP_ALIVE",),
        "10m",
    ),
    "timeout": Setting(
        "longest silence of the server in every phase, in seconds; 0 waits for ever",
        readers.read_seconds,
        ("OLLAMA_CLI_TIMEOUT",),
        300.0,
    ),
    "connect_timeout": Setting(
        "seconds to make a connection", readers.read_seconds, ("OLLAMA_CLI_CONNECT_TIMEOUT",)
    ),
    "health_timeout": Setting(
        "seconds of silence in health", readers.read_seconds, ("OLLAMA_CLI_HEALTH_TIMEOUT",)
    ),
    "metadata_timeout": Setting(
        "seconds of silence in list, show and the like",
        readers.read_seconds,
        ("OLLAMA_CLI_METADATA_TIMEOUT",),
    ),
    "first_token_timeout": Setting(
        "seconds until the first token; a model may be loading",
        readers.read_seconds,
        ("OLLAMA_CLI_FIRST_TOKEN_TIMEOUT",),
    ),
    "token_timeout": Setting(
        "seconds between two tokens", readers.read_seconds, ("OLLAMA_CLI_TOKEN_TIMEOUT",)
    ),
    "pull_timeout": Setting(
        "seconds of silence in a pull; verifying a large model is silent",
        readers.read_seconds,
        ("OLLAMA_CLI_PULL_TIMEOUT",),
    ),
    "stall_timeout": Setting(
        "seconds without a byte gained before a pull is begun again",
        readers.read_seconds,
        ("OLLAMA_CLI_STALL_TIMEOUT",),
    ),
    "retries": Setting(
        "how often a pull is begun again without a byte gained: a number, or inf",
        readers.read_retries,
        ("OLLAMA_CLI_RETRIES",),
    ),
    "registry": Setting(
        "where the sizes of a model are asked for before it is pulled: a URL, or none",
        readers.read_registry,
        ("OLLAMA_CLI_REGISTRY",),
    ),
    "history": Setting(
        "whether pulls are written down for `models history`: true or false",
        readers.read_switch,
        ("OLLAMA_CLI_HISTORY",),
    ),
    "ca_file": Setting(
        "certificate authority of an https server, a PEM file",
        readers.read_text,
        ("OLLAMA_CLI_CA_FILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
        "/etc/ssl/certs/ca-certificates.crt",
    ),
    "render": Setting(
        "how an answer is shown on a terminal: auto, markdown or plain",
        readers.one_of(readers.RENDERINGS),
        ("OLLAMA_CLI_RENDER",),
    ),
    "api": Setting(
        "what is spoken with the server: native, openai, or auto, which finds it out",
        readers.one_of(readers.APIS),
        ("OLLAMA_CLI_API",),
    ),
    "api_key_env": Setting(
        "name of the variable that holds the key of the server",
        readers.read_text,
        ("OLLAMA_CLI_API_KEY_ENV",),
        "MY_SERVER_KEY",
    ),
    "auto_pull": Setting(
        "whether a missing model is pulled: ask (on a terminal), never or always",
        readers.one_of(readers.CONSENTS),
        ("OLLAMA_CLI_AUTO_PULL",),
    ),
    "auto_start": Setting(
        "whether a local server that is not running is started: ask, never or always",
        readers.one_of(readers.CONSENTS),
        ("OLLAMA_CLI_AUTO_START",),
    ),
    "allowed_models": Setting(
        "patterns of the models that may be used and pulled; none allows all",
        readers.read_patterns,
        ("OLLAMA_CLI_ALLOWED_MODELS",),
        ("llama3*", "nomic-embed-text"),
    ),
    "local_only": Setting(
        "whether models that run elsewhere, and public hosts, are refused: true or false",
        readers.read_switch,
        ("OLLAMA_CLI_LOCAL_ONLY",),
    ),
}
