"""Settings: each is declared once, as a field of Settings and a row of SETTINGS."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ollama_cli.config import parsers
from ollama_cli.config.hosts import Host
from ollama_cli.types import known_hosts, model_names, urls, waits

if TYPE_CHECKING:
    from ollama_cli.types.timeouts import Timeouts

REGISTRY: Final = "https://registry.ollama.ai"


class Settings(NamedTuple):
    """The settings of one command; `origins` names the source of each value.

    `host` is the root of the server, `typed_host` the address as it was written. `entry` is the
    entry of the config file for the address, found by its name or its origin; `warnings` are
    sentences about values that were read in another way than they were written. `models` holds what
    `[models.NAME]` sets, by name and setting, each with its origin, where nothing stronger sets it.
    """

    host: str = "http://127.0.0.1:11434"
    typed_host: str = ""
    model: str | None = None
    embed_model: str | None = None
    keep_alive: str | float | None = None
    num_ctx: str | int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    system: str | None = None
    timeout: float | None = None
    connect_timeout: float = waits.CONNECT
    health_timeout: float = waits.HEALTH
    metadata_timeout: float = waits.METADATA
    first_token_timeout: float = waits.FIRST_TOKEN
    token_timeout: float = waits.BETWEEN_TOKENS
    pull_timeout: float = waits.PULL
    stall_timeout: float = 30.0
    retries: float = 8
    registry: str = REGISTRY
    history: bool = True
    keep_sessions: str | None = None
    save: bool = True
    cache: bool | str = False
    ca_file: str | None = None
    render: str = "auto"
    keys: str = "emacs"
    accessible: bool = False
    pager: str | None = None
    api: str = "auto"
    anthropic_version: str = "2023-06-01"
    api_key_env: str | None = None
    auto_pull: str = "ask"
    auto_start: str = "ask"
    allowed_models: tuple[str, ...] = ()
    local_only: bool = False
    entry: Host | None = None
    origins: Mapping[str, str] = MappingProxyType({})
    models: Mapping[str, Mapping[str, tuple[Any, str]]] = MappingProxyType({})
    warnings: tuple[str, ...] = ()

    def for_model(self, model: str) -> "Settings":
        """Return the settings for questions to a model, with what is set for it alone."""
        same = (n for n in self.models if n == model or model_names.same_model(n, model))
        if (name := model if model in self.models else next(same, None)) is None:
            return self
        own = self.models[name]
        origins = {**self.origins, **{key: origin for key, (_, origin) in own.items()}}
        return self._replace(origins=origins, **{key: value for key, (value, _) in own.items()})

    @property
    def first_api(self) -> str:
        """Return the API to try first: `native`, `openai`, or `anthropic`, then as the only one."""
        if self.api != "auto":
            return self.api
        if urls.host_of(self.host) == known_hosts.ANTHROPIC:
            return "anthropic"
        return "openai" if urls.names_openai(self.typed_host) else "native"

    @property
    def openai_url(self) -> str:
        """Return where the OpenAI-compatible API is: as it was written, else `/v1` of the host."""
        return self.host + urls.openai_path(self.typed_host)

    def is_typed(self, name: str) -> bool:
        """Return whether a setting comes from an option of the command line."""
        return self.origins.get(name, "").endswith(f"--{name.replace('_', '-')}")

    @property
    def is_private(self) -> bool:
        """Return whether the server is on this machine or on a private network."""
        return urls.is_private(urls.host_of(self.host))

    @property
    def may_be_webui(self) -> bool:
        """Return whether the OpenAI-compatible API may be that of Open WebUI, below `/api`."""
        is_possible = self.api not in {"native", "anthropic"}
        return is_possible and urls.may_be_webui(self.typed_host)

    @property
    def has_place_for_native(self) -> bool:
        """Return whether Ollama's own API can be beside the other one, by the address."""
        is_usual = self.openai_url == f"{self.host}/v1"
        return is_usual and not self.host.endswith(("/api", "/openai"))

    @property
    def place(self) -> str:
        """Return the name of the server in caches: those that are asked otherwise never share it.

        With and without `/v1` it is the same one, whose name is its root.
        """
        if urls.may_be_webui(self.typed_host):
            return f"{self.host}/api"
        return self.host if self.has_place_for_native else self.openai_url

    @property
    def timeouts(self) -> "Timeouts":
        """Return the time limits of all phases, in seconds."""
        from ollama_cli.types.timeouts import Timeouts  # noqa: PLC0415  requests alone: 2 ms

        return Timeouts(
            connect=self.connect_timeout,
            health=self.health_timeout,
            metadata=self.metadata_timeout,
            first_token=self.first_token_timeout,
            between_tokens=self.token_timeout,
            pull=self.pull_timeout,
        ).with_overall(self.timeout)


class Setting(NamedTuple):
    """One setting: its help, the reader of its value, and the variables that set it.

    `sample` is a value to show if there is no default.
    """

    help: str
    read: Callable[[Any], Any]
    variables: tuple[str, ...]
    sample: str | float | tuple[str, ...] | None = None


SETTINGS: Final[Mapping[str, Setting]] = {
    "host": Setting(
        "address of the server, as Ollama's own OLLAMA_HOST; /v1 at its end is accepted",
        parsers.read_host,
        ("OLLAMA_CLI_HOST", "OLLAMA_HOST", "OLLAMA_BASE_URL", "OLLAMA_IP"),
    ),
    "model": Setting(
        "model for chat and generate when -m is not given",
        parsers.read_model,
        ("OLLAMA_CLI_MODEL",),
        "llama3.2",
    ),
    "embed_model": Setting(
        "model for embed when -m is not given",
        parsers.read_model,
        ("OLLAMA_CLI_EMBED_MODEL",),
        "nomic-embed-text",
    ),
    "keep_alive": Setting(
        "how long a model stays loaded: 10m, 300 (seconds), 0, or -1 (for ever)",
        parsers.read_keep_alive,
        ("OLLAMA_CLI_KEEP_ALIVE",),
        "10m",
    ),
    "num_ctx": Setting(
        "tokens of the context, or auto: as many as the prompt needs",
        parsers.read_num_ctx,
        ("OLLAMA_CLI_NUM_CTX",),
        "auto",
    ),
    "temperature": Setting(
        "how freely a model chooses its words: a number from 0, the most predictable, to 2",
        parsers.between(0, 2),
        ("OLLAMA_CLI_TEMPERATURE",),
        0.7,
    ),
    "max_tokens": Setting(
        "the most tokens that an answer may have; -1 is no limit",
        parsers.read_max_tokens,
        ("OLLAMA_CLI_MAX_TOKENS",),
        1000,
    ),
    "top_p": Setting(
        "share of the likely tokens to choose from: a number from 0 to 1",
        parsers.between(0, 1),
        ("OLLAMA_CLI_TOP_P",),
        0.9,
    ),
    "system": Setting(
        "how a model shall behave, in words, where neither -s nor a prompt file says so",
        parsers.read_system,
        ("OLLAMA_CLI_SYSTEM",),
        "answer in one sentence",
    ),
    "timeout": Setting(
        "longest silence of the server in every phase, in seconds; 0 waits for ever",
        parsers.read_seconds,
        ("OLLAMA_CLI_TIMEOUT",),
        300.0,
    ),
    "connect_timeout": Setting(
        "seconds to make a connection", parsers.read_seconds, ("OLLAMA_CLI_CONNECT_TIMEOUT",)
    ),
    "health_timeout": Setting(
        "seconds of silence in health", parsers.read_seconds, ("OLLAMA_CLI_HEALTH_TIMEOUT",)
    ),
    "metadata_timeout": Setting(
        "seconds of silence in list, show and the like",
        parsers.read_seconds,
        ("OLLAMA_CLI_METADATA_TIMEOUT",),
    ),
    "first_token_timeout": Setting(
        "seconds until the first token; a model may be loading",
        parsers.read_seconds,
        ("OLLAMA_CLI_FIRST_TOKEN_TIMEOUT",),
    ),
    "token_timeout": Setting(
        "seconds between two tokens", parsers.read_seconds, ("OLLAMA_CLI_TOKEN_TIMEOUT",)
    ),
    "pull_timeout": Setting(
        "seconds of silence in a pull; verifying a large model is silent",
        parsers.read_seconds,
        ("OLLAMA_CLI_PULL_TIMEOUT",),
    ),
    "stall_timeout": Setting(
        "seconds without a byte gained before a pull is begun again",
        parsers.read_seconds,
        ("OLLAMA_CLI_STALL_TIMEOUT",),
    ),
    "retries": Setting(
        "how often a pull is begun again without a byte gained: a number, or inf",
        parsers.read_retries,
        ("OLLAMA_CLI_RETRIES",),
    ),
    "registry": Setting(
        "where the sizes of a model are asked for before it is pulled: a URL, or none",
        parsers.read_registry,
        ("OLLAMA_CLI_REGISTRY",),
    ),
    "history": Setting(
        "whether pulls are written down for `models history`: true or false",
        parsers.read_switch,
        ("OLLAMA_CLI_HISTORY",),
    ),
    "keep_sessions": Setting(
        "age at which a conversation that was not used is removed, such as 90d; none keeps all",
        parsers.read_age,
        ("OLLAMA_CLI_KEEP_SESSIONS",),
        "90d",
    ),
    "save": Setting(
        "whether conversations are saved as sessions: true or false",
        parsers.read_switch,
        ("OLLAMA_CLI_SAVE",),
    ),
    "cache": Setting(
        "whether a question that was answered before is answered from the cache: true, false, or"
        " how old the answer may be, such as 1h",
        parsers.read_cache,
        ("OLLAMA_CLI_CACHE",),
    ),
    "ca_file": Setting(
        "certificate authority of an https server: a PEM file, or a folder of them",
        parsers.read_authority,
        (
            "OLLAMA_CLI_CA_FILE",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ),
        "/etc/ssl/certs/ca-certificates.crt",
    ),
    "render": Setting(
        "how an answer is shown on a terminal: auto, markdown or plain",
        parsers.OneOf(parsers.RENDERINGS),
        ("OLLAMA_CLI_RENDER",),
    ),
    "keys": Setting(
        "which editor's keys a conversation has: emacs or vi",
        parsers.OneOf(parsers.KEYS),
        ("OLLAMA_CLI_KEYS",),
    ),
    "accessible": Setting(
        "whether all is shown as a screen reader needs it, without what moves or is drawn",
        parsers.read_presence,
        ("OLLAMA_CLI_ACCESSIBLE", "ACCESSIBLE"),
    ),
    "pager": Setting(
        "what shows long tables and documents on a terminal, page by page; empty: nothing",
        parsers.read_pager,
        ("OLLAMA_CLI_PAGER",),
        "less -FRX",
    ),
    "api": Setting(
        "what is spoken with the server: native, openai, anthropic, or auto, which finds it out",
        parsers.OneOf(parsers.APIS),
        ("OLLAMA_CLI_API",),
    ),
    "anthropic_version": Setting(
        "version of Anthropic's API that is asked for, a date",
        parsers.read_day,
        ("OLLAMA_CLI_ANTHROPIC_VERSION",),
    ),
    "api_key_env": Setting(
        "name of the variable that holds the key of the server",
        parsers.read_variable,
        ("OLLAMA_CLI_API_KEY_ENV",),
        "MY_SERVER_KEY",
    ),
    "auto_pull": Setting(
        "whether a missing model is pulled: ask (on a terminal), never or always",
        parsers.OneOf(parsers.CONSENTS),
        ("OLLAMA_CLI_AUTO_PULL",),
    ),
    "auto_start": Setting(
        "whether a local server that is not running is started: ask, never or always",
        parsers.OneOf(parsers.CONSENTS),
        ("OLLAMA_CLI_AUTO_START",),
    ),
    "allowed_models": Setting(
        "patterns of the models that may be used and pulled; none allows all",
        parsers.read_patterns,
        ("OLLAMA_CLI_ALLOWED_MODELS",),
        ("llama3*", "nomic-embed-text"),
    ),
    "local_only": Setting(
        "whether models that run elsewhere, and public hosts, are refused: true or false",
        parsers.read_switch,
        ("OLLAMA_CLI_LOCAL_ONLY",),
    ),
}
