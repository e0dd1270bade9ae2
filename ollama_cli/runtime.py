"""What every command is given: settings, streams, and clients that are built on first use."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ollama_cli import cache, explanations, policies, services, sources
from ollama_cli.errors import (
    OllamaCliError,
    PullError,
    UsageError,
)
from ollama_cli.settings import Layer, Settings, resolve, wants_credentials
from ollama_cli.streams import InStream, OutStream, one_line
from ollama_cli.values import Value, as_dict, field, replace

if TYPE_CHECKING:
    from ollama_cli.replies import ModelSummary


class Flags(Value):
    """The global options; `settings` holds those that are settings too, by name."""

    settings: Mapping[str, object] = field(default_factory=dict)
    env_file: str | None = None
    verbose: int = 0
    color: str = "auto"
    quiet: bool = False
    no_input: bool = False
    debug: bool = False
    demo: bool = False


class Runtime:
    """One run of one command.

    A `silent` one is told by its exit code alone; one that removes `offers_pull` no more.
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
        self.flags = flags
        self.out, self.err, self.stdin = out, err, stdin
        self.environ = environ
        self.output = output
        self.silent = False
        self.offers_pull = True
        self._warned: set[str] = set()

    def set_flags(self, **settings: object) -> None:
        """Take options of one command that are settings too; None is one that was not given."""
        given = {name: value for name, value in settings.items() if value is not None}
        self.flags = replace(self.flags, settings={**self.flags.settings, **given})

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
        settle = import_module("ollama_cli.credentials").settle
        found = as_dict(settle(settings, self.layers, self.variables))
        if entry and entry.insecure:
            self.warn(f"[hosts.{entry.name}] is insecure: anybody may answer in its place")
        return found

    @cached_property
    def _client(self) -> Any:
        if self.flags.verbose:
            services.log_requests(self.err.file, bodies=self.flags.verbose > 1)
        if self.settings.local_only:
            policies.check_host(self.settings.host)
        client = services.OllamaClient(
            self.settings.host, timeouts=self.settings.timeouts, **self.credentials
        )
        # All is imported now: from here on streams may run for hours, so collect, but not this.
        gc.freeze()
        gc.enable()
        return client

    def ollama(self) -> "services.OllamaClient":
        """Give the client of the server that the settings name."""
        client: services.OllamaClient = self._client
        return client

    def provider(self) -> "services.OllamaClient":
        """Give the client."""
        return self.ollama()

    def installed(self) -> "list[ModelSummary]":
        """List the installed models, the newest first, and keep their names for completion."""
        models = self.ollama().list_models()
        if not self.flags.demo:  # its server is gone with the command
            cache.write(self.settings.host, [model.name for model in models])
        return models

    def forget_installed(self) -> None:
        """Drop the names that were kept, as the server's models have changed."""
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
        """Close what was opened."""
        if "_registry" in self.__dict__:
            self._registry.close()
        if "_client" in self.__dict__:
            self._client.close()
        if "_demo" in self.__dict__:
            self._demo.close()

    def note(self, text: str) -> None:
        """Tell something on stderr, unless quiet."""
        if not self.flags.quiet:
            self.err.line(f"note: {one_line(text)}")

    def warn(self, text: str) -> None:
        """Warn on stderr, once of each thing, unless quiet."""
        if not self.flags.quiet and text not in self._warned:
            self._warned.add(text)
            self.err.line(f"warning: {one_line(text)}")

    def tell_waiting(self) -> None:
        """Tell that standard input is open and silent: a tool that hangs shall say why."""
        self.err.line(
            "note: waiting for standard input to end; --no-stdin (or </dev/null) skips it"
        )

    def can_ask(self) -> bool:
        """Tell whether a question may be asked: terminals at both ends, and no --no-input."""
        return self.stdin.is_terminal and self.err.is_terminal and not self.flags.no_input

    def confirm(self, question: str, *, flag: str) -> bool:
        """Ask a yes-or-no question; UsageError naming `flag` where nobody can answer."""
        if not self.can_ask():
            raise UsageError(
                "this needs a confirmation, and there is nobody to ask",
                hint=f"confirm it with {flag}",
            )
        return (self.ask(f"{question} [y/N] ") or "").lower() in {"y", "yes"}

    def ask(self, question: str) -> str | None:
        """Ask for one line, where `can_ask` allows it; None at the end of input."""
        self.err.write(question)
        assert self.stdin.file is not None  # noqa: S101  can_ask has seen a terminal
        line = self.stdin.file.readline()
        if not line:
            self.err.line()
        return line.decode("utf-8", "replace").strip() if line else None

    def permit(self, model: str) -> None:
        """Raise RefusedError for a model that the settings forbid, as far as its name tells."""
        settings = self.settings
        policies.check_model(model, settings.allowed_models, local_only=settings.local_only)

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
        """Complete an error: where the address came from, and which models are like the missing."""
        if "settings" in self.__dict__:
            host, origin = self.settings.host, self.settings.origins["host"]
            base = self.ollama().base_url if "_client" in self.__dict__ else host
            explanations.add_origin(error, base, origin)
            explanations.add_key_hint(error, self.settings, self.layers, self.variables)
        explanations.add_hint(error, self)
