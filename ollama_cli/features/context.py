"""The context of every command: settings, streams, the prompter, and servers."""

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ollama_cli.config import places, policy, sources
from ollama_cli.config.resolve import Layer, resolve, wants_credentials
from ollama_cli.config.settings import Settings
from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.types import model_names
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.streams import Choice, InStream, OutStream

if TYPE_CHECKING:
    from ollama_cli.demo import DemoServer
    from ollama_cli.features.servers.connect import Servers
    from ollama_cli.features.sessions.store import SessionStore


class Flags(NamedTuple):
    """The global options; `settings` holds those that are also settings, by name."""

    settings: Mapping[str, object] = MappingProxyType({})
    env_file: str | None = None
    verbose: int = 0
    color: str = "auto"
    quiet: bool = False
    no_input: bool = False
    debug: bool = False
    demo: bool = False
    no_pager: bool = False


class Traits(NamedTuple):
    """The traits of one command, from its row in the table of commands.

    `starts_server`: it needs a local server to run. `offers_pull`: a missing model may be pulled
    for it. `silent_if_quiet`: it prints nothing at all with `-q`.
    """

    starts_server: bool = True
    offers_pull: bool = True
    silent_if_quiet: bool = False


USUAL: Final = Traits()


class Context:
    """One run of one command; settings and servers are resolved on first use.

    `is_conversation`: commands are typed inside it, so that hints name those and no options.
    `origins` names the files of this run that name a model, by the model.
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
        traits: Traits = USUAL,
    ) -> None:
        self.flags = flags
        self.out, self.err, self.stdin = out, err, stdin
        self.environ = environ
        self.output = self.error_output = output
        self.traits = traits
        self.pulls_insecure = False
        self.is_conversation = False
        self.origins: dict[str, str] = {}
        self.opened = ExitStack()
        self.prompter = Prompter(err, stdin, quiet=flags.quiet, no_input=flags.no_input)

    def choose(self, choice: Choice, *, errors: str) -> None:
        """Write no more of JSON than was chosen; `errors` is the format of an error."""
        self.out.choice = choice
        self.error_output = errors

    def set_flags(self, **settings: object) -> None:
        """Add options of one command that are also settings; None means not given."""
        given = {name: value for name, value in settings.items() if value is not None}
        self.flags = self.flags._replace(settings={**self.flags.settings, **given})

    @property
    def shows_spinner(self) -> bool:
        """Return whether the terminal may show motion while the command waits for a server."""
        return self.err.motion and self.tells_waiting and not self.settings.accessible

    @property
    def tells_waiting(self) -> bool:
        """Return whether a terminal may be told, in any way, that the command waits."""
        return self.err.is_terminal and not self.flags.quiet and not self.flags.verbose

    @cached_property
    def layers(self) -> list[Layer]:
        """Read the layers of the settings; raises ConfigError or NotFoundError.

        The demo server is asked with what was typed alone: the user's model, policies, hosts and
        time limits are not for it.
        """
        if self.flags.demo:
            url = self._demo.__enter__().url
            demo = Layer({"host": (url, "--demo"), "save": (False, "--demo")})
            return [demo, *sources.typed_layers(self.flags.settings, self.environ)]
        layers, warnings = sources.layers(self.flags.settings, self.environ, self.flags.env_file)
        for warning in warnings:
            self.prompter.warn(warning)
        return layers

    @cached_property
    def settings(self) -> Settings:
        """Resolve the settings; raises ConfigError, NotFoundError or RefusedError."""
        settings = resolve(self.layers)
        for warning in settings.warnings:
            self.prompter.warn(warning)
        return settings

    @property
    def has_settings(self) -> bool:
        """Return whether the settings are already resolved."""
        return "settings" in vars(self)

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Read the variables that may hold keys."""
        return sources.variables(self.environ, self.flags.env_file)

    @cached_property
    def credentials(self) -> Mapping[str, Any]:
        """Resolve the keywords of a client for the server in use; raises what that raises.

        If a command prints the key, it is run now.
        """
        settings, entry = self.settings, self.settings.entry
        if self.flags.demo or not wants_credentials(settings, self.layers):
            return {"ca_file": settings.ca_file, "local_only": settings.local_only}
        from ollama_cli.config.credentials import resolve_credentials  # noqa: PLC0415  keys alone: 2 ms

        found = resolve_credentials(settings, self.layers, self.variables)
        if entry and entry.insecure:
            self.prompter.warn(f"[hosts.{entry.name}] is insecure: anybody may answer in its place")
        return {**found._asdict(), "local_only": settings.local_only}

    def authority_origin(self, ca_file: str) -> str | None:
        """Return which setting names this file of certificates; None if none does."""
        settings, entry = self.settings, self.settings.entry
        if entry and entry.ca_file == ca_file:
            return f"[hosts.{entry.name}]"
        return settings.origins["ca_file"] if settings.ca_file == ca_file else None

    @cached_property
    def servers(self) -> "Servers":
        """Return the server of the settings, and the registry; raises what `settings` raises."""
        from ollama_cli.features.servers.connect import Servers  # noqa: PLC0415  requests: 50 ms

        return Servers(
            self.settings,
            credentials=lambda: self.credentials,
            prompter=self.prompter,
            environ=self.environ,
            starts_server=self.traits.starts_server,
            verbose=self.flags.verbose,
            is_demo=self.flags.demo,
            is_registry_set="registry" in self.flags.settings,
        )

    @property
    def has_servers(self) -> bool:
        """Return whether this run has used servers."""
        return "servers" in vars(self)

    @cached_property
    def sessions(self) -> "SessionStore":
        """Return the store of sessions, which is opened when it is used.

        Raises ConfigError if there is no place for it.
        """
        from ollama_cli.features.sessions.store import SessionStore  # noqa: PLC0415  most commands keep none: 3 ms

        return SessionStore(places.sessions_path(self.environ))

    def named(self, model: str, origin: str = "") -> str:
        """Return a model's name as it is sent; UsageError for one that servers read otherwise.

        ConfigError for such a one from a setting, by its `origin`. Where `/v1` is spoken, the
        client asks whether the server lists it.
        """
        try:
            return model_names.checked(model)
        except UsageError as error:
            if self.settings.first_api != "native" and not model_names.is_cloud(model):
                return model.strip()
            if origin:
                raise ConfigError(f"model (from {origin}): {error.message}") from error
            raise

    def permit(self, model: str, origin: str = "") -> str:
        """Return the same for a model that is used; RefusedError for one that the settings forbid.

        Only the name is looked at.
        """
        name = self.named(model, origin)
        allowed, local_only = self.settings.allowed_models, self.settings.local_only
        if allowed or local_only:
            policy.check_model(name, allowed, local_only=local_only)
        return name

    def close(self) -> None:
        """Close what was `opened`, and cache what is known about the server."""
        self.opened.close()
        if "sessions" in vars(self):
            self.sessions.close()
        if self.has_servers:
            self.servers.close()
        if "_demo" in vars(self):
            self._demo.close()

    @cached_property
    def _demo(self) -> "DemoServer":
        from ollama_cli.demo import DemoServer  # noqa: PLC0415  hardly ever: 15 ms

        return DemoServer()
