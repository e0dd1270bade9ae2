"""Commands behind a proxy: SOCKS works, what is wrong with a proxy is told in one sentence."""

import sys
from urllib.parse import urlsplit

import pytest
from dead_ports import closed_port
from hostile import Server, answer, by_path, document, lines, page
from shell import call, run
from socks_proxies import socks_proxy

from ollama_cli.demo import DemoServer

REMOTE = "http://ollama.example.com:11434"
DONE = {"model": "m", "response": "ok", "message": {"content": "ok"}, "done": True}
OLLAMA = by_path(
    {
        "/api/version": document({"version": "0.32.15"}),
        "/api/tags": document({"models": [{"name": "m:latest", "digest": "ab" * 32, "size": 5}]}),
        "/api/ps": document({"models": []}),
        "/api/show": document({"capabilities": ["completion"], "details": {}, "model_info": {}}),
        "/api/chat": lines(DONE),
        "/api/pull": lines({"status": "pulling manifest"}, {"status": "success"}),
    }
)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["models", "list", "-o", "name"], "m:latest\n"),
        (["chat", "hi", "-m", "m"], "ok\n"),
        (["health"], "ok: Ollama 0.32.15 at "),
        (["models", "pull", "m", "-q"], ""),
        (["doctor", "--no-token"], "Ollama\n"),
    ],
)
def test_socks_leads_to_a_remote_server(args: list[str], told: str) -> None:
    with Server(OLLAMA) as server, socks_proxy(server.port) as proxy:
        env = {"ALL_PROXY": f"socks5h://127.0.0.1:{proxy.port}", "OLLAMA_HOST": REMOTE}
        result = call(*args, env=env)
        assert (result.code, "Traceback" in result.err) == (0, False), result.err
        assert told in result.out
        assert set(proxy.asked) == {("ollama.example.com", 11434)}


def test_a_local_server_is_called_past_socks_and_its_registry_is_not_needed() -> None:
    with DemoServer(bytes_per_second=0) as server:
        env = {
            "ALL_PROXY": f"socks5h://127.0.0.1:{closed_port()}",
            "OLLAMA_CLI_REGISTRY": "https://registry.ollama.ai",
        }
        result = run("models", "pull", "nomic-embed-text", "-v", "--host", server.url, env=env)
    assert result.code == 0, result.err
    assert "sizes are not known beforehand: no way to the registry" in result.err
    assert "through the proxy socks5h://127.0.0.1:" in result.err


@pytest.mark.parametrize("scheme", ["socks5h", "socks5", "socks4", "socks4a", "http", "https"])
def test_a_proxy_that_is_away_is_named_with_its_variable(scheme: str) -> None:
    proxy = f"{scheme}://127.0.0.1:{closed_port()}"
    result = call("models", "list", "--host", "http://8.8.8.8", env={"ALL_PROXY": proxy})
    assert (result.code, result.out) == (3, "")
    assert f" through the proxy {proxy} (from ALL_PROXY): connection refused\n" in result.err
    assert "no running Ollama server" not in result.err


@pytest.mark.parametrize("command", [["models", "list"], ["health"], ["chat", "hi", "-m", "m"]])
def test_without_its_package_socks_is_one_sentence(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    env = {"all_proxy": "socks5h://me:hunter22@127.0.0.1:9", "OLLAMA_HOST": REMOTE}
    result = call(*command, env=env)
    assert (result.code, result.out) == (10, "")
    assert result.err == (
        "error: cannot use the proxy socks5h://***@127.0.0.1:9 (from all_proxy): "
        "SOCKS needs the package PySocks\n"
        "hint: `pip install PySocks` beside it (its extra `socks`), or unset all_proxy\n"
    )


def test_the_doctor_names_a_proxy_that_cannot_be_used() -> None:
    result = call("doctor", env={"http_proxy": ":::", "OLLAMA_HOST": REMOTE})
    assert result.code == 10
    assert "cannot use the proxy ::: (from http_proxy): that is no host and port" in result.out
    assert call("models", "list", env={"http_proxy": ":::", "OLLAMA_HOST": REMOTE}).code == 10


def test_a_blocking_proxy_as_the_server_is_no_matter_of_a_name() -> None:
    with Server(page(403)) as server:
        for host in (server.url, f"{server.url}/v1"):
            result = call("models", "list", "--host", host)
            assert (result.code, result.out) == (6, "")
            assert "refuses with an HTML page: HTTP 403 Forbidden\n" in result.err
            assert "hint: ask whoever runs a proxy or a gateway there" in result.err
    with Server(document({"message": "Forbidden"}, 403)) as server:
        result = call("models", "list", "--host", server.url)
        assert "(from --host) refuses: Forbidden\n" in result.err


def test_a_blocking_proxy_on_the_way_is_named() -> None:
    with Server(page(403)) as proxy:
        env = {"HTTP_PROXY": proxy.url, "OLLAMA_HOST": REMOTE}
        result = call("models", "list", env=env)
        diagnosed = call("doctor", env=env)
    words = f"the proxy {proxy.url} (from HTTP_PROXY)"
    assert result.code == diagnosed.code == 6
    assert f"; that may be {words}\n" in result.err
    assert "hint: go past it: NO_PROXY=ollama.example.com\n" in result.err
    assert f"{words} may be the one that refuses (HTTP 403 Forbidden)" in diagnosed.out


def test_a_tunnel_is_not_taken_for_who_answers() -> None:
    refusal = document({"message": "Forbidden"}, 403)
    with Server(refusal) as server, socks_proxy(server.port) as proxy:
        env = {"ALL_PROXY": f"socks5h://127.0.0.1:{proxy.port}", "OLLAMA_HOST": REMOTE}
        result = call("models", "list", env=env)
    assert result.code == 6
    assert "proxy socks5h" not in result.err


def test_a_redirect_to_loopback_leaves_the_proxy_behind() -> None:
    tags = document({"models": []})
    with Server(tags) as local:
        with Server(answer(302, headers={"Location": f"{local.url}/api/tags"})) as proxy:
            env = {"HTTP_PROXY": proxy.url, "OLLAMA_HOST": REMOTE, "OLLAMA_CLI_API": "native"}
            assert call("models", "list", "--json", env=env).code == 0
            assert proxy.connections == 1
        assert [urlsplit(each.path).path for each in local.requests] == ["/api/tags"]
        assert local.requests[0].path == "/api/tags"
