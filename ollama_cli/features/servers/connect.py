"""What a server is found to speak, and to be: kept for a while, and told in place of an error."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ollama_cli import services
from ollama_cli.errors import OllamaCliError, OtherApiError
from ollama_cli.features.servers import cache
from ollama_cli.types.health import Health

if TYPE_CHECKING:
    from ollama_cli.features.context import Runtime

T = TypeVar("T")
# Some servers that are not Ollama answer these; all others say by their answer that they do not.
_TRIED: Final = frozenset({"show", "ps"})


def either(cli: "Runtime") -> "services.EitherClient":
    """Make the client that finds out what the server speaks, or knows it by the settings."""
    settled = cli.settings
    openai = lru_cache(lambda: cli.connected(services.OpenAIClient))
    clients: dict[Any, Any] = {"native": cli.ollama, "openai": openai}
    if settled.api == "openai":
        return services.EitherClient(clients, spoken="openai")
    first: Any = cli.seen.api or settled.first_api
    return services.EitherClient(clients, first=first)


def native(cli: "Runtime", word: str, *, asks: bool) -> "services.OllamaClient":
    """Give the native client for what only Ollama can do; OtherApiError naming what is there.

    Unless it `asks`, only what is known by now refuses.
    """
    settled = cli.settings
    if settled.api == "openai":
        error = OtherApiError(
            f"{word} needs Ollama's own API, and {settled.origins['api']} rules it out",
            hint="let it be found out: `--api auto`",
        )
        error.is_told = True
        raise error
    client = cli.ollama()
    if cli.seen.kind not in {None, "ollama"}:
        services.check(word, cli.seen.kind, client.base_url)
    if asks and word not in _TRIED:
        client.require(word)
    return client


def informed(cli: "Runtime") -> "services.Provider":
    """Choose whom to ask what models can do: of Ollama, its own API also where `/v1` is spoken."""
    provider = cli.provider()
    if provider.provider_type == "ollama" or cli.settings.api != "auto":
        return provider
    return cli.ollama() if (cli.seen.kind or cli.server.kind) == "ollama" else provider


def examine(cli: "Runtime", model: str | None) -> tuple[Health, OllamaCliError | None]:
    """Check a server that may speak either API, and name its kind where it is not Ollama's own."""
    client = cli.provider()
    if isinstance(client, services.EitherClient) and cli.settings.api == "auto":
        client.first = "openai"  # the native one was tried, or is not the likely one
    health, error = client.examine(model)
    if health.connected and health.provider_type == "openai":
        server = cli.server
        health = replace(health, kind=str(server.kind), version=server.version)
    return health, error


def remember(cli: "Runtime") -> None:
    """Keep what this run found out; what the address says anyway is not worth it."""
    found = cache.Seen(_spoken(cli), _kind(cli))
    if found != cli.seen and not cli.flags.demo:
        cache.remember(cli.settings.host, found)


def _spoken(cli: "Runtime") -> str | None:
    client = vars(cli).get("_either")
    if client is None or client.spoken is None or cli.settings.api != "auto":
        return cli.seen.api
    return None if client.spoken == cli.settings.first_api else str(client.spoken)


def _kind(cli: "Runtime") -> str | None:
    if "server" in vars(cli) and cli.server.kind != "none":
        return str(cli.server.kind)
    client = vars(cli).get("_client")
    return "ollama" if client is not None and client.is_ollama else cli.seen.kind


def telling(cli: "Runtime", items: Iterable[T]) -> Iterator[T]:
    """Pass items on; with the first it shows what could not be said, which is warned of."""
    client = cli.provider()
    for number, item in enumerate(items):
        if not number and isinstance(client, services.EitherClient) and client.left_out:
            names = ", ".join(client.left_out)
            cli.warn(f"this server is not told {names}: its API has no words for it")
        yield item


def explain(cli: "Runtime", error: OllamaCliError) -> None:
    """Say in an error what kind of server there is; a hint offers no pull that it cannot do."""
    if not isinstance(error, OtherApiError):
        client = vars(cli).get("_either")
        if client is not None and client.spoken == "openai" and error.hint is None:
            cli.offers_pull = cli.offers_pull and cli.server.can("pull")
        return
    if error.is_told or (cli.word is None and cli.settings.api != "native"):
        return
    server = cli.server
    if cli.word is not None:
        named = services.lacking(cli.word, server, cli.ollama().base_url)
        error.message, error.hint, error.is_told = named.message, named.hint, True
    elif server.kind != "none":
        error.message = f"{error.message}: this is {server.name}"
        error.hint, error.is_told = "let it be found out: `--api auto`", True
