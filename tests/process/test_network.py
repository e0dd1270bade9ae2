"""What stands between the tool and the server: proxies, netrc, redirects, passwords."""

import base64
from pathlib import Path

import pytest
from hostile import Server, answer, document, lines
from shell import call

DONE = {"model": "m", "response": "ok", "message": {"content": "ok"}, "done": True}
BASIC = "Basic " + base64.b64encode(b"me:hunter2").decode()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_is_never_used_for_loopback(name: str) -> None:
    with Server(answer(502)) as proxy, Server(lines(DONE)) as server:
        result = call("generate", "hi", "-m", "m", "--host", server.url, env={name: proxy.url})
        assert (result.code, result.out, result.err) == (0, "ok\n", "")
        assert proxy.connections == 0


def test_a_proxy_is_used_for_a_remote_host() -> None:
    env = {"OLLAMA_HOST": "http://ollama.example.com"}
    with Server(document({"models": []})) as proxy:
        env["HTTP_PROXY"] = proxy.url
        assert call("models", "list", "--json", env=env).code == 0
        paths = [request.path.replace(":80", "") for request in proxy.requests]
        assert paths[0] == "http://ollama.example.com/api/version"
        asked = proxy.connections
        refused = call("models", "list", env={**env, "NO_PROXY": "example.com"})
        assert refused.code in {3, 7}
        assert proxy.connections == asked


def test_a_netrc_adds_nothing(tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login thief password stolen\n")
    netrc.chmod(0o600)
    with Server(document({"models": []})) as server:
        assert call("models", "list", "--host", server.url, at=tmp_path).code == 0
        assert "Authorization" not in server.requests[-1].headers
        host = f"http://me:hunter2@127.0.0.1:{server.port}"
        assert call("models", "list", at=tmp_path, env={"OLLAMA_HOST": host}).code == 0
        assert server.requests[-1].headers["Authorization"] == BASIC


def test_a_post_follows_no_redirect() -> None:
    with Server(lines(DONE)) as elsewhere:
        location = {"Location": f"{elsewhere.url}/api/generate"}
        with Server(answer(307, headers=location)) as server:
            result = call("generate", "secret", "-m", "m", "--host", server.url)
        assert elsewhere.connections == 0
    assert (result.code, result.out) == (5, "")
    assert f"points elsewhere: {elsewhere.url}/api/generate\n" in result.err
    assert "hint: use that address with `--host`, if you trust it\n" in result.err


def test_a_delete_follows_no_redirect() -> None:
    tags = document({"models": [{"name": "m:latest"}]})
    with Server(tags, answer(301, headers={"Location": "/elsewhere"})) as server:
        result = call("models", "rm", "m", "-y", "--host", server.url)
        assert [request.path for request in server.requests] == ["/api/tags", "/api/delete"]
    assert result.code == 5


def test_streams_ask_for_plain_bytes() -> None:
    with Server(lines(DONE)) as server:
        call("chat", "hi", "-m", "m", "--host", server.url)
        headers = server.requests[0].headers
    assert headers["Accept-Encoding"] == "identity"
    assert headers["User-Agent"].startswith("ollama-cli/")
    assert headers["Content-Type"] == "application/json"


def test_a_host_that_is_no_host() -> None:
    result = call("models", "list", "--host", "nobody.invalid", env={"NO_PROXY": "*"})
    assert (result.code, result.out) == (3, "")
    assert "no such host name: nobody.invalid" in result.err
    assert "hint: check what is behind --host\n" in result.err


def test_http_where_https_is_asked_for() -> None:
    with Server(answer(400), reads=False) as server:
        result = call("health", "--host", server.url.replace("http:", "https:"))
    assert (result.code, result.out) == (3, "")
    assert "no secure connection to the server" in result.err
    assert "hint: check http:// against https://" in result.err
