"""The servers of one run: clients, known facts about them, and the registry."""

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ollama_cli.config import policy
from ollama_cli.config.settings import Settings
from ollama_cli.errors import OllamaCliError, OtherApiError, ProtocolError, UnreachableError
from ollama_cli.features.servers import cache
from ollama_cli.services.connection import Client, log_requests
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.health import ANY, Health, Usual
from ollama_cli.ui.prompter import Prompter

if TYPE_CHECKING:
    from ollama_cli.services.anthropic import AnthropicClient
    from ollama_cli.services.auto import Api, AutoClient
    from ollama_cli.services.kinds import Server
    from ollama_cli.services.openai import OpenAIClient
    from ollama_cli.services.provider import Provider
    from ollama_cli.services.registry import Registry
    from ollama_cli.types.models import ModelSummary

T = TypeVar("T")
C = TypeVar("C", bound=Client)
Verdict = tuple[Health, OllamaCliError | None]
# These change nothing: what a cache knows of the server is enough.
_HARMLESS: Final = frozenset({"show", "ps", "tokens", "--show-prompt"})
_WEBUI: Final = "open-webui"


class Servers:
    """The server of the settings, and the registry; each client is made on first use.

    `credentials` returns the keywords of a client. A demo server (`is_demo`) ends with the command:
    nothing about it is cached, and it is the registry too unless `is_registry_set`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        credentials: Callable[[], Mapping[str, Any]],
        prompter: Prompter,
        environ: Mapping[str, str],
        starts_server: bool = True,
        verbose: int = 0,
        is_demo: bool = False,
        is_registry_set: bool = False,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._prompter = prompter
        self._environ = environ
        self._starts_server = starts_server
        self._verbose = verbose
        self._is_demo = is_demo
        self._is_registry_set = is_registry_set
        self._command: str | None = None
        self.writer: Provider | None = None  # where nothing is to be sent
        self._of_thread = threading.local()

    def ollama(self) -> OllamaClient:
        """Return the client of Ollama's own API for the server."""
        return self._client

    def provider(self) -> "Provider":
        """Return a client for what all kinds of servers can do, in the API that this one speaks."""
        if self.writer is not None:
            return self.writer
        return self.ollama() if self._settings.api == "native" else self._auto

    def native(self, command: str, *, asks: bool = True) -> OllamaClient:
        """Return the client for a command, by its name, that only Ollama can serve.

        Raises OtherApiError, with the kind of server, if that cannot serve it; with `asks` False
        no request is sent, and only known facts decide.
        """
        if threading.current_thread() is threading.main_thread():
            self._command = command
        else:  # a command of its own: `mcp serve` has many side by side
            self._of_thread.command = command
        settings = self._settings
        if settings.first_api == "anthropic":
            from ollama_cli.services.kinds import without  # noqa: PLC0415  other servers alone: 1 ms

            raise without(command, settings.host)
        if settings.api == "openai":
            raise OtherApiError(
                f"{command} needs Ollama's own API, and {settings.origins['api']} rules it out",
                hint="let it be found out: `--api auto`",
            ).with_facts(is_named=True)
        client = self.ollama()
        kind = _WEBUI if self._is_webui else self.seen.kind
        if kind not in {None, "ollama"}:
            from ollama_cli.services.kinds import check  # noqa: PLC0415  other servers alone: 1 ms

            check(command, kind, client.base_url)
        if asks and not (command in _HARMLESS and self.seen.kind):
            client.require(command)
        return client

    def capability_provider(self) -> "Provider":
        """Choose the client for capabilities: for Ollama its own API, also if `/v1` is set."""
        settings = self._settings
        is_v1 = settings.api == "auto" and settings.first_api == "openai"
        return self.ollama() if is_v1 and self._is_ollama else self.provider()

    def examine(self, model: str | None, usual: Usual = ANY) -> Verdict:
        """Check whether a server answers, in either API, and has the model; never raises."""
        may_be_native = self.seen.api != "openai" and not self._is_webui
        if self._settings.api == "native" or (
            self._settings.first_api == "native" and may_be_native
        ):
            found = self.ollama().examine(model, usual)
            if self._settings.api == "native" or not self.ollama().lacks_version:
                return found
            either = self._examine_either(model, usual)
            # A page may stand where an application has no route: it tells more than a second one.
            is_strange = isinstance(found[1], ProtocolError) and not either[0].connected
            return found if is_strange else either
        return self._examine_either(model, usual)

    def installed(self, *, in_full: bool = False) -> "list[ModelSummary]":
        """List the installed models, the newest first, and cache their names for completion.

        With `in_full` an Ollama is asked in its own API for all that it tells, also where `/v1`
        is set.
        """
        place = self._settings.place
        try:
            models = self._listed_in_full() if in_full else self.provider().list_models()
        except UnreachableError as error:
            listing = None if self._is_demo else cache.read(place)
            if listing is None:
                raise
            raise error.with_facts(models=listing.names, age=listing.age) from error
        if not self._is_demo:
            cache.write(place, [model.name for model in models])
        return models

    def _listed_in_full(self) -> "list[ModelSummary]":
        client, usual = self.capability_provider(), self.provider()
        try:
            return client.list_models()
        except OtherApiError:  # what stands before an Ollama may let `/v1` through alone
            if client is usual:
                raise
        return usual.list_models()

    def cached_models(self) -> cache.Listing | None:
        """Return the cached names of the models of the server."""
        return None if self._is_demo else cache.read(self._settings.place)

    def names_for_completion(self, seconds: float) -> tuple[str, ...]:
        """Return the names of the installed models, as far as they are known within so long.

        They come from the cache while it is fresh. A server that wants a key is not asked.
        """
        known = self.cached_models()
        if known and known.is_fresh:
            return known.names
        from ollama_cli.services.quick_list import installed_names  # noqa: PLC0415  hardly ever: 1 ms

        names: list[str] | None = None
        credentials = self._credentials()
        if credentials.keys() <= {"ca_file", "local_only"}:
            names = installed_names(
                self._settings.host,
                seconds=seconds,
                environ=self._environ,
                ca_file=credentials["ca_file"],
                headers={},
            )
        if names is None:
            return known.names if known else ()
        if not self._is_demo:
            cache.write(self._settings.place, names)
        return tuple(names)

    def forget_installed(self) -> None:
        """Delete the cached names, as the models have changed."""
        if not self._is_demo:
            cache.forget(self._settings.place)

    @cached_property
    def seen(self) -> cache.Seen:
        """Return the cached API, kind and version of the server."""
        if self._is_demo:
            from ollama_cli.demo.routes import VERSION  # noqa: PLC0415  the demo alone: 10 ms

            return cache.Seen("native", "ollama", VERSION)
        return cache.read_seen(self._settings.place)

    @property
    def version(self) -> str | None:
        """Return the version of Ollama if this run, or one shortly before it, was told it."""
        return self.ollama().told_version or self.seen.version

    @property
    def openai_url(self) -> str:
        """Return where the OpenAI-compatible API is; an address in `/api` is asked about."""
        return f"{self._settings.host}/api" if self._is_webui else self._settings.openai_url

    def forget_seen(self) -> None:
        """Delete what is cached of the server, as another one may start there."""
        if "seen" in vars(self) and not self._is_demo:
            cache.write_seen(self._settings.place, cache.Seen())

    @cached_property
    def server(self) -> "Server":
        """Find out the kind of the server with some requests, within 2 s in all."""
        return self.ollama().identify(below_api=self._settings.may_be_webui)

    @cached_property
    def can_pull(self) -> bool:
        """Return whether the server is Ollama, with any API."""
        try:
            self.native("pull")
        except OllamaCliError:  # the missing model is reported in any case
            return False
        return True

    @property
    def lacks_pull(self) -> bool:
        """Return whether the server is already known to offer no pulls."""
        if vars(self).get("can_pull") is False or self._settings.first_api == "anthropic":
            return True
        auto = vars(self).get("_auto")
        return auto is not None and auto.spoken == "openai" and not self.server.can("pull")

    def registry(self) -> "Registry":
        """Return the client of the registry in the settings."""
        return self._registry

    def ensure_running(self) -> None:
        """Start a local server that is not running, if the settings want it; only once."""
        auto_start = self._settings.auto_start
        may_ask = auto_start == "always" or (auto_start == "ask" and self._prompter.can_ask())
        if may_ask and self._starts_server and not self._is_demo:
            self._starts_server = False
            from ollama_cli.features.servers import local  # noqa: PLC0415  hardly ever: 1 ms

            local.start_if_needed(self._settings, self._prompter, self._environ)

    def warn_of_left_out(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items, with a warning before the first about fields that were left out."""
        for number, item in enumerate(items):
            left_out = () if number else getattr(self.provider(), "left_out", ())
            if left_out:
                names = ", ".join(left_out)
                self._prompter.warn(f"this server is not told {names}: its API has no words for it")
            yield item

    def with_kind(self, error: OtherApiError) -> OtherApiError:
        """Add the kind of the server to an error about its API."""
        if error.is_named:
            return error
        from ollama_cli.services import kinds  # noqa: PLC0415  other servers alone: 1 ms

        if self._settings.first_api == "anthropic":
            return kinds.without_messages(error)
        command = getattr(self._of_thread, "command", self._command)
        if command is not None:
            found = kinds.lacking(command, self.server, self.ollama().base_url)
            return found.with_facts(http_status=error.http_status)
        if self._settings.api == "native":
            return kinds.without_native(error, self.server)
        return kinds.unanswered(error, self.server) if "_auto" in vars(self) else error

    def log_requests(self) -> None:
        """Log each request to stderr from now on, if `verbose` is set."""
        if self._verbose:
            log_requests(self._prompter.err.file, bodies=self._verbose > 1)

    def close(self) -> None:
        """Close all clients, and cache what was found out of the server."""
        created = vars(self)
        if "_client" in created:
            self._remember()
        for name in ("_auto", "_registry", "_client"):
            if name in created:
                created[name].close()

    @cached_property
    def _client(self) -> OllamaClient:
        return self._connect(OllamaClient)

    @cached_property
    def _openai(self) -> "OpenAIClient":
        from ollama_cli.services.openai import OpenAIClient  # noqa: PLC0415  /v1 alone: 8 ms

        return OpenAIClient.beside(self.ollama(), "/api" if self._is_webui else None)

    @cached_property
    def _anthropic(self) -> "AnthropicClient":
        from ollama_cli.services.anthropic import AnthropicClient  # noqa: PLC0415  others alone: 8 ms

        make = partial(AnthropicClient, version=self._settings.anthropic_version)
        return self._connect(make)

    @cached_property
    def _auto(self) -> "AutoClient":
        from ollama_cli.services.auto import AutoClient  # noqa: PLC0415  for `health` 2 ms

        if self._settings.first_api == "anthropic":
            return AutoClient({"anthropic": lambda: self._anthropic}, spoken="anthropic")
        clients: dict[Api, Callable[[], Provider]]
        clients = {"native": self.ollama, "openai": lambda: self._openai}
        if self._settings.api == "openai":
            return AutoClient(clients, spoken="openai")
        if self._settings.first_api == "openai":
            return AutoClient(clients, first="openai")
        return AutoClient(clients, find=self._find_api)

    @cached_property
    def _registry(self) -> "Registry":
        from ollama_cli.services.registry import Registry  # noqa: PLC0415  pulls alone: 3 ms

        self.ollama()  # it turns the log of requests on, if wanted
        is_own = self._is_demo and not self._is_registry_set
        url = self._settings.host if is_own else self._settings.registry
        return Registry(url, ca_file=self._settings.ca_file)

    def _connect(self, kind: Callable[..., C]) -> C:
        settings = self._settings
        self.log_requests()
        if settings.local_only:
            policy.check_host(settings.host)
        client = kind(settings.openai_url, timeouts=settings.timeouts, **self._credentials())
        # All modules are loaded: exclude them from collections while streams run for hours.
        gc.freeze()
        gc.enable()
        self.ensure_running()
        return client

    def _examine_either(self, model: str | None, usual: Usual) -> Verdict:
        """Check a server of either API, and add its kind if it is not Ollama."""
        client = self.provider()
        if self._settings.api == "auto" and self._settings.first_api != "anthropic":
            self._auto.begin_with("openai")  # the native API failed, or is less likely
        health, error = client.examine(model, usual)
        if health.connected and health.provider_type == "openai":
            server = self.server
            health = replace(health, kind=str(server.kind), version=server.version)
        return health, error

    def _find_api(self) -> "Api":
        """Find out which API to speak: Ollama's own where its version is told, and nowhere else.

        Asks at most for the version, and nothing that the cache knows.
        """
        if self.seen.api is not None:
            return "native" if self.seen.api == "native" else "openai"
        return "native" if not self._is_webui and self.ollama().speaks_natively() else "openai"

    @cached_property
    def _is_webui(self) -> bool:
        """Find out whether an address in `/api` is that of Open WebUI, which has a version too."""
        if not self._settings.may_be_webui or self.seen.kind == _WEBUI:
            return self.seen.kind == _WEBUI
        return self.ollama().lists_models("/api/models")

    @cached_property
    def _is_ollama(self) -> bool:
        """Find out whether the server is Ollama, also where `/v1` is what is spoken first."""
        if self.seen.kind is not None or "server" in vars(self):
            return (self.seen.kind or self.server.kind) == "ollama"
        client = self.ollama()
        if not self._settings.has_place_for_native or not client.speaks_natively():
            return False
        return client.is_ollama or self.server.kind == "ollama"

    @property
    def _has_openai_api(self) -> bool:
        """Return whether an OpenAI-compatible API has answered: a portal is none for a while."""
        auto = vars(self).get("_auto")
        is_known = "server" in vars(self) and self.server.kind != "none"
        return is_known or (auto is not None and auto.spoken == "openai")

    def _remember(self) -> None:
        """Cache what requests of this run have shown of the server."""
        client, seen = self._client, self.seen
        api, kind, version = seen
        if client.told_version is not None:
            api, version = "native", client.told_version
            kind = "ollama" if client.is_ollama else kind
        elif client.lacks_version and self._has_openai_api:
            api, kind, version = "openai", None if kind == "ollama" else kind, None
        if vars(self).get("_is_webui"):
            api, kind, version = "openai", _WEBUI, None
        elif "server" in vars(self) and self.server.kind != "none":
            kind = str(self.server.kind)
        if (found := cache.Seen(api, kind, version)) != seen and not self._is_demo:
            cache.write_seen(self._settings.place, found)
