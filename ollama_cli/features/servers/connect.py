"""The servers of one run: clients, what was found out about them, and the registry."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ollama_cli.config import policy
from ollama_cli.config.settings import Settings
from ollama_cli.errors import OllamaCliError, OtherApiError, UnreachableError
from ollama_cli.features.servers import cache
from ollama_cli.services.connection import Client, log_requests
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.ui.prompter import Prompter

if TYPE_CHECKING:
    from ollama_cli.services.auto import Api, AutoClient
    from ollama_cli.services.kinds import Server
    from ollama_cli.services.openai import OpenAIClient
    from ollama_cli.services.provider import Provider
    from ollama_cli.services.registry import Registry
    from ollama_cli.types.health import Health
    from ollama_cli.types.models import ModelSummary

T = TypeVar("T")
C = TypeVar("C", bound=Client)
# Some servers that are not Ollama answer these; all others say by their answer that they do not.
_TRIED: Final = frozenset({"show", "ps"})


class Servers:
    """The server that the settings name, and the registry; each client is made on first use.

    `credentials` gives the keywords of a client. Where `is_demo`, nothing is kept of the server,
    which is gone with the command, and it is the registry too unless `is_registry_set`.
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
        self._word: str | None = None

    def ollama(self) -> OllamaClient:
        """Give the client of Ollama's own API for the server."""
        return self._client

    def provider(self) -> "Provider":
        """Give a client for what servers of all kinds can do, in the API that this one speaks."""
        return self.ollama() if self._settings.api == "native" else self._auto

    def native(self, word: str, *, asks: bool = True) -> OllamaClient:
        """Give the client for a command, by its word, that only Ollama can serve.

        Raises OtherApiError, naming the kind of server, where that can do no such thing; unless it
        `asks`, that is settled by what is known.
        """
        self._word = word
        settled = self._settings
        if settled.api == "openai":
            raise OtherApiError(
                f"{word} needs Ollama's own API, and {settled.origins['api']} rules it out",
                hint="let it be found out: `--api auto`",
            ).with_facts(is_named=True)
        client = self.ollama()
        if self.seen.kind not in {None, "ollama"}:
            from ollama_cli.services.kinds import check  # noqa: PLC0415  other servers alone: 1 ms

            check(word, self.seen.kind, client.base_url)
        if asks and word not in _TRIED:
            client.require(word)
        return client

    def informed(self) -> "Provider":
        """Choose whom to ask what models can do: of Ollama, its own API also where `/v1` is set."""
        provider = self.provider()
        if provider.provider_type == "ollama" or self._settings.api != "auto":
            return provider
        return self.ollama() if (self.seen.kind or self.server.kind) == "ollama" else provider

    def examine(self, model: str | None) -> "tuple[Health, OllamaCliError | None]":
        """Check whether a server answers, in either API, and has the model; never raises."""
        if self._settings.first_api == "native" and self.seen.api is None:
            found = self.ollama().examine(model)
            if self._settings.api == "native" or not isinstance(found[1], OtherApiError):
                return found
        return self._examine_either(model)

    def installed(self) -> "list[ModelSummary]":
        """List the installed models, the newest first, and keep their names for completion."""
        host = self._settings.host
        try:
            models = self.provider().list_models()
        except UnreachableError as error:
            kept = cache.read(host)
            if kept is None:
                raise
            raise error.with_facts(models=kept.names, age=kept.age) from error
        if not self._is_demo:
            cache.write(host, [model.name for model in models])
        return models

    def known(self) -> cache.Listing | None:
        """Recall the names of the models that the server had when it was last asked."""
        return None if self._is_demo else cache.read(self._settings.host)

    def forget_installed(self) -> None:
        """Drop the names that were kept, as the models have changed."""
        cache.forget(self._settings.host)

    @cached_property
    def seen(self) -> cache.Seen:
        """Recall what the server was found to be a while ago."""
        return cache.Seen() if self._is_demo else cache.recall(self._settings.host)

    def forget_seen(self) -> None:
        """Drop what the server was found to be: what comes back may be another one."""
        if "seen" in vars(self):
            cache.remember(self._settings.host, cache.Seen())

    @cached_property
    def server(self) -> "Server":
        """Find out what kind of server there is, by some requests; 2 s in all."""
        return self.ollama().identify()

    @cached_property
    def can_pull(self) -> bool:
        """Tell whether the server is Ollama, whichever API is spoken with it."""
        try:
            self.native("pull")
        except OllamaCliError:  # that a model is missing is said in any case
            return False
        return True

    @property
    def lacks_pull(self) -> bool:
        """Tell whether it is known by now that the server pulls nothing."""
        if vars(self).get("can_pull") is False:
            return True
        auto = vars(self).get("_auto")
        return auto is not None and auto.spoken == "openai" and not self.server.can("pull")

    def registry(self) -> "Registry":
        """Give the client of the registry that the settings name."""
        return self._registry

    def attend(self) -> None:
        """Have a local server started that is not running, where that is wanted; once."""
        wish = self._settings.auto_start
        may_ask = wish == "always" or (wish == "ask" and self._prompter.can_ask())
        if may_ask and self._starts_server and not self._is_demo:
            self._starts_server = False
            from ollama_cli.features.servers import local  # noqa: PLC0415  hardly ever: 1 ms

            local.attend(self._settings, self._prompter, self._environ)

    def passing(self, items: Iterable[T]) -> Iterator[T]:
        """Pass items on; with the first it shows what could not be said, which is warned of."""
        for number, item in enumerate(items):
            left_out = () if number else getattr(self.provider(), "left_out", ())
            if left_out:
                names = ", ".join(left_out)
                self._prompter.warn(f"this server is not told {names}: its API has no words for it")
            yield item

    def named(self, error: OtherApiError) -> OtherApiError:
        """Name the kind of server that is there in an error that shows another API."""
        if error.is_named or (self._word is None and self._settings.api != "native"):
            return error
        from ollama_cli.services.kinds import lacking  # noqa: PLC0415  other servers alone: 1 ms

        if self._word is not None:
            found = lacking(self._word, self.server, self.ollama().base_url)
            return found.with_facts(http_status=error.http_status)
        if self.server.kind == "none":
            return error
        return error.with_facts(
            aside=f": this is {self.server.name}",
            hint="let it be found out: `--api auto`",
            is_named=True,
        )

    def log_requests(self) -> None:
        """Write a line for each request to stderr from now on, where that is wanted."""
        if self._verbose:
            log_requests(self._prompter.err.file, bodies=self._verbose > 1)

    def close(self) -> None:
        """Close what was opened, and keep what was found out."""
        made = vars(self)
        if "_auto" in made or ("_client" in made and self._client.is_ollama):
            self._remember()
        for name in ("_auto", "_registry", "_client"):
            if name in made:
                made[name].close()

    @cached_property
    def _client(self) -> OllamaClient:
        return self._connected(OllamaClient)

    @cached_property
    def _openai(self) -> "OpenAIClient":
        from ollama_cli.services.openai import OpenAIClient  # noqa: PLC0415  /v1 alone: 8 ms

        return self._connected(OpenAIClient)

    @cached_property
    def _auto(self) -> "AutoClient":
        from ollama_cli.services.auto import AutoClient  # noqa: PLC0415  for `health` 2 ms

        clients: dict[Api, Callable[[], Provider]]
        clients = {"native": self.ollama, "openai": lambda: self._openai}
        if self._settings.api == "openai":
            return AutoClient(clients, spoken="openai")
        first: Any = self.seen.api or self._settings.first_api
        return AutoClient(clients, first=first)

    @cached_property
    def _registry(self) -> "Registry":
        from ollama_cli.services.registry import Registry  # noqa: PLC0415  pulls alone: 3 ms

        self.ollama()  # which logs requests where that is wanted
        is_own = self._is_demo and not self._is_registry_set
        url = self._settings.host if is_own else self._settings.registry
        return Registry(url, ca_file=self._settings.ca_file)

    def _connected(self, kind: type[C]) -> C:
        settled = self._settings
        self.log_requests()
        if settled.local_only:
            policy.check_host(settled.host)
        client = kind(settled.host, timeouts=settled.timeouts, **self._credentials())
        # All is imported now: from here on streams may run for hours, so collect, but not this.
        gc.freeze()
        gc.enable()
        self.attend()
        return client

    def _examine_either(self, model: str | None) -> "tuple[Health, OllamaCliError | None]":
        """Check a server that may speak either API, and name its kind where it is not Ollama's."""
        from dataclasses import replace  # noqa: PLC0415  other servers alone: 1 ms

        client = self.provider()
        if self._settings.api == "auto":
            self._auto.first = "openai"  # the native one was tried, or is not the likely one
        health, error = client.examine(model)
        if health.connected and health.provider_type == "openai":
            server = self.server
            health = replace(health, kind=str(server.kind), version=server.version)
        return health, error

    def _remember(self) -> None:
        """Keep what this run found out; what the address says anyway is not worth it."""
        found = cache.Seen(self._spoken(), self._kind())
        if found != self.seen and not self._is_demo:
            cache.remember(self._settings.host, found)

    def _spoken(self) -> str | None:
        client = vars(self).get("_auto")
        if client is None or client.spoken is None or self._settings.api != "auto":
            return self.seen.api
        return None if client.spoken == self._settings.first_api else str(client.spoken)

    def _kind(self) -> str | None:
        if "server" in vars(self) and self.server.kind != "none":
            return str(self.server.kind)
        client = vars(self).get("_client")
        return "ollama" if client is not None and client.is_ollama else self.seen.kind
