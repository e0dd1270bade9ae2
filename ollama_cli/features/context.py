"""What every command is given: settings, streams, and clients that are built on first use."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ollama_cli import services
from ollama_cli.config import sources
from ollama_cli.config.settings import Layer, Settings, resolve, wants_credentials
from ollama_cli.errors import OllamaCliError, OtherApiError, PullError, UnreachableError
from ollama_cli.features.servers import cache
from ollama_cli.ui.prompter import Dialogue, Flags
from ollama_cli.ui.streams import InStream, OutStream

if TYPE_CHECKING:
    from ollama_cli.types.health import Health
    from ollama_cli.types.models import ModelSummary


class Runtime(Dialogue):
    """One run of one command.

    A `silent` one is told by its exit code alone; one that removes `offers_pull` no more. One that
    `starts_server` no more is about how things are, not about getting them done.
    """

    def __init__(
        self,
        flags: Flags,
        *,
        out: OutStream,
        err: OutStream,
        stdin: InStream,
        environ: Mapping[str, str],
        output: str = "text",
    ) -> None:
        super().__init__(flags, out=out, err=err, stdin=stdin)
        self.environ = environ
        self.output = output
        self.silent = False
        self.offers_pull = True
        self.word: str | None = None
        self.starts_server = True

    def set_flags(self, **settings: object) -> None:
        """Take options of one command that are settings too; None is one that was not given."""
        given = {name: value for name, value in settings.items() if value is not None}
        self.flags = self.flags._replace(settings={**self.flags.settings, **given})

    @cached_property
    def layers(self) -> list[Layer]:
        """Read what the settings are settled from; raises ConfigError or NotFoundError."""
        layers, warnings = sources.layers(self.flags.settings, self.environ, self.flags.env_file)
        for warning in warnings:
            self.warn(warning)
        if self.flags.demo:
            layers.insert(0, Layer({"host": (self._demo.__enter__().url, "--demo")}))
        return layers

    @cached_property
    def settings(self) -> Settings:
        """Settle the settings; raises ConfigError, NotFoundError or RefusedError."""
        settings = resolve(self.layers)
        for warning in settings.warnings:
            self.warn(warning)
        return settings

    @cached_property
    def _demo(self) -> Any:
        return import_module("ollama_cli.demo").DemoServer()

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Read the variables that keys may be in."""
        return sources.variables(self.environ, self.flags.env_file)

    @cached_property
    def credentials(self) -> Mapping[str, Any]:
        """Settle the keywords of a client for the server in use; raises what `settle` raises.

        A command that tells the key is run now.
        """
        settings, entry = self.settings, self.settings.entry
        if self.flags.demo or not wants_credentials(settings, self.layers):
            return {"ca_file": settings.ca_file}
        # Loaded where there is a key: most servers have none.
        settle = import_module("ollama_cli.config.credentials").settle
        found: Mapping[str, Any] = settle(settings, self.layers, self.variables)._asdict()
        if entry and entry.insecure:
            self.warn(f"[hosts.{entry.name}] is insecure: anybody may answer in its place")
        return found

    @cached_property
    def _client(self) -> Any:
        return self.connected(services.OllamaClient)

    def connected(self, kind: Any) -> Any:
        """Make a client, of a class of `services`, of the server that the settings name."""
        settled = self.settings
        self.log_requests()
        if settled.local_only:
            import_module("ollama_cli.config.policy").check_host(settled.host)
        client = kind(settled.host, timeouts=settled.timeouts, **self.credentials)
        # All is imported now: from here on streams may run for hours, so collect, but not this.
        gc.freeze()
        gc.enable()
        self.attend()
        return client

    def log_requests(self) -> None:
        """Write a line for each request to stderr from now on, where that is wanted."""
        if self.flags.verbose:
            services.log_requests(self.err.file, bodies=self.flags.verbose > 1)

    def attend(self) -> None:
        """Have a local server started that is not running, where that is wanted; once."""
        wish = self.settings.auto_start
        may_ask = wish == "always" or (wish == "ask" and self.can_ask())
        if may_ask and self.starts_server and not self.flags.demo:
            self.starts_server = False
            import_module("ollama_cli.features.servers.local").attend(self)

    @cached_property
    def server(self) -> "services.Server":
        """Find out what kind of server there is, by some requests; 2 s in all."""
        return self.ollama().identify()

    def ollama(self) -> "services.OllamaClient":
        """Give the client of the server that the settings name."""
        client: services.OllamaClient = self._client
        return client

    @cached_property
    def seen(self) -> cache.Seen:
        """Recall what the server was found to be a while ago."""
        return cache.Seen() if self.flags.demo else cache.recall(self.settings.host)

    @cached_property
    def _either(self) -> Any:
        return import_module("ollama_cli.features.servers.connect").either(self)

    def provider(self) -> "services.Provider":
        """Give a client for what servers of all kinds can do, in the API that this one speaks."""
        if self.settings.api == "native":
            return self.ollama()
        provider: services.Provider = self._either
        return provider

    def native(self, word: str, *, asks: bool = True) -> "services.OllamaClient":
        """Give the client for a command, by its word, that needs an Ollama server.

        Raises OtherApiError, naming the kind of server, where that can do no such thing; unless it
        `asks`, that is settled by what is known.
        """
        self.word = word
        dialects = import_module("ollama_cli.features.servers.connect")
        client: services.OllamaClient = dialects.native(self, word, asks=asks)
        return client

    def examine(self, model: str | None) -> "tuple[Health, OllamaCliError | None]":
        """Check whether a server answers, in either API, and has the model; never raises."""
        if self.settings.first_api == "native" and self.seen.api is None:
            found = self.ollama().examine(model)
            if self.settings.api == "native" or not isinstance(found[1], OtherApiError):
                return found
        health, error = import_module("ollama_cli.features.servers.connect").examine(self, model)
        return health, error

    def installed(self) -> "list[ModelSummary]":
        """List the installed models, the newest first, and keep their names for completion."""
        try:
            models = self.provider().list_models()
        except UnreachableError as error:
            if error.hint:
                error.hint += _explanations().last_seen(cache.read(self.settings.host))
            raise
        if not self.flags.demo:  # its server is gone with the command
            cache.write(self.settings.host, [model.name for model in models])
        return models

    def forget_installed(self) -> None:
        """Drop the names that were kept, as the models have changed."""
        cache.forget(self.settings.host)

    @cached_property
    def _registry(self) -> Any:
        self.ollama()  # which logs requests where that is wanted
        # What the demo server hands out is its own, and it is the registry of that.
        is_demo = self.flags.demo and "registry" not in self.flags.settings
        url = self.settings.host if is_demo else self.settings.registry
        return services.Registry(url, ca_file=self.settings.ca_file)

    def registry(self) -> "services.Registry":
        """Give the client of the registry that the settings name."""
        registry: services.Registry = self._registry
        return registry

    def close(self) -> None:
        """Close what was opened, and keep what was found out."""
        has_either = "_either" in self.__dict__
        if has_either or ("_client" in self.__dict__ and self._client.is_ollama):
            import_module("ollama_cli.features.servers.connect").remember(self)
        if has_either:
            self._either.close()
        if "_registry" in self.__dict__:
            self._registry.close()
        if "_client" in self.__dict__:
            self._client.close()
        if "_demo" in self.__dict__:
            self._demo.close()

    def permit(self, model: str) -> None:
        """Raise RefusedError for a model that the settings forbid, as far as its name tells."""
        allowed, local_only = self.settings.allowed_models, self.settings.local_only
        if allowed or local_only:
            import_module("ollama_cli.config.policy").check_model(
                model, allowed, local_only=local_only
            )

    @contextmanager
    def explaining(self, model: str | None = None) -> Iterator[None]:
        """Complete an error before those around the block show it; `model` is what it is about."""
        try:
            yield
        except OllamaCliError as error:
            if isinstance(error, PullError):
                error.model = model
            self.explain(error)
            raise

    def explain(self, error: OllamaCliError) -> None:
        """Complete an error: where the address came from, what is there, which models are like."""
        _explanations().explain(error, self)


def _explanations() -> Any:
    # Loaded where something went wrong.
    return import_module("ollama_cli.features.explain")
