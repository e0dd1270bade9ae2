"""What a run finds out of its server, keeps, and makes of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile import Server, document
from other_servers import LM_STUDIO, serving
from runtimes import NOWHERE, at, runtime

from ollama_cli.errors import OtherApiError, UnreachableError
from ollama_cli.features.context import Flags
from ollama_cli.features.explain import explaining
from ollama_cli.features.servers import cache
from ollama_cli.services.auto import AutoClient
from ollama_cli.services.ollama import OllamaClient


@pytest.mark.parametrize(
    ("host", "api", "first"),
    [
        ("h", "auto", "native"),
        ("h:1/v1", "auto", "openai"),
        ("http://h/prefix/v1/", "auto", "openai"),
        ("http://h/v1/chat/completions", "auto", "openai"),
        (":8080/v1", "auto", "openai"),
        ("http://h/v10", "auto", "openai"),
        ("http://h/api/v1", "auto", "openai"),
        ("http://h/v1beta/openai", "auto", "openai"),
        ("http://h/v1/models", "auto", "openai"),
        ("http://h/api", "auto", "native"),
        ("http://h/v1", "native", "native"),
        ("h", "openai", "openai"),
    ],
)
def test_the_address_or_the_setting_says_what_is_spoken_first(
    host: str, api: str, first: str
) -> None:
    cli = runtime(Flags(settings={"host": host, "api": api}))
    assert cli.settings.first_api == first
    assert not cli.settings.host.endswith("/v1")
    assert isinstance(cli.servers.provider(), OllamaClient if api == "native" else AutoClient)
    cli.close()


def test_what_was_found_is_kept_for_the_next_run_and_dropped_when_the_server_is_away() -> None:
    with serving(LM_STUDIO) as server:
        cli = at(server.url)
        assert len(cli.servers.installed()) == 2
        cli.close()
        assert cache.read_seen(server.url) == cache.Seen("openai")
        again = at(server.url)
        health, _ = again.servers.examine(None)
        again.close()
        assert health.kind == "lm-studio"
        assert cache.read_seen(server.url) == cache.Seen("openai", "lm-studio")
    gone = at(server.url)
    with pytest.raises(UnreachableError), explaining(gone):
        gone.servers.installed()
    assert cache.read_seen(server.url) == cache.Seen()


def test_what_the_address_says_anyway_is_not_kept() -> None:
    with serving(LM_STUDIO) as server:
        cli = at(f"{server.url}/v1")
        cli.servers.installed()
        cli.close()
        assert cache.read_seen(server.url) == cache.Seen()
    with Server(document({"models": []})) as native:
        cli = at(native.url)
        cli.servers.installed()
        cli.close()
        assert cache.read_seen(native.url) == cache.Seen("native", "ollama", "0.32.15")


def test_of_the_demo_nothing_is_kept() -> None:
    cli = runtime(Flags(demo=True))
    cli.servers.ollama().copy("demo", "other")
    cli.servers.forget_installed()
    host = cli.settings.host
    cli.close()
    assert cache.read_seen(host) == cache.Seen()


def test_a_memory_of_another_server_refuses_without_a_request() -> None:
    cache.write_seen(NOWHERE, cache.Seen("openai", "vllm"))
    cli = at(NOWHERE)
    with pytest.raises(OtherApiError, match=r"(?m)^rm needs an Ollama server; this is vLLM$"):
        cli.servers.native("rm")
    cache.write_seen(NOWHERE, cache.Seen(None, "no such kind"))
    with pytest.raises(UnreachableError):
        at(NOWHERE).servers.native("rm")
    cache.write_seen(NOWHERE, cache.Seen())


def test_a_command_on_a_thread_of_its_own_leaves_no_word_behind() -> None:
    with serving(LM_STUDIO) as server:
        cli = at(server.url)
        with ThreadPoolExecutor(1) as threads:
            threads.submit(lambda: cli.servers.native("rm", asks=False)).result()
            error = OtherApiError("the server", rest=" has no such route")
            named = threads.submit(cli.servers.with_kind, error).result()
        assert named.message == "rm needs an Ollama server; this is LM Studio"
        assert not cli.servers.with_kind(error).message.startswith("rm")
        cli.close()
