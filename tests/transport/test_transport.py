"""Requests leave as they should: the headers, the ways round proxies, the redirects."""

import base64
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from clients import known, stranger
from dead_ports import closed_port
from hostile import JSON, Peer, by_path, bytes_then, document, head

from ollama_cli.errors import ConfigError, ServerError, UnreachableError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.transport.client import Transport

VERSION = document({"version": "1"})


def basic(userinfo: str) -> str:
    return "Basic " + base64.b64encode(userinfo.encode()).decode()


def headers_sent(address: str = "", headers: dict[str, str] | None = None) -> dict[str, str]:
    with stranger(VERSION) as server:
        root = server.url.replace("http://", f"http://{address}")
        with OllamaClient(root, headers=headers) as client:
            client.version()
        return server.requests[0].headers


def test_a_request_says_who_asks_and_wants_no_compression() -> None:
    sent = headers_sent()
    assert sent["User-Agent"].startswith("ollama-cli/")
    assert sent["Accept-Encoding"] == "identity"
    assert not {"Authorization", "Origin", "Cookie", "Content-Type"} & set(sent)


@pytest.mark.parametrize(
    ("userinfo", "secret"),
    [
        ("user:password@", "user:password"),
        ("user:p%40ss%3Aw%2Frd@", "user:p@ss:w/rd"),
        ("us%3Aer:pw@", "us:er:pw"),
        ("user:@", "user:"),
        ("token@", "token:"),
        ("caf\u00e9:\N{SNOWMAN}@", "caf\u00e9:\N{SNOWMAN}"),
    ],
)
def test_userinfo_becomes_a_basic_header(userinfo: str, secret: str) -> None:
    assert headers_sent(userinfo)["Authorization"] == basic(secret)


def test_headers_of_the_user_win() -> None:
    sent = headers_sent("user:pw@", {"authorization": "Bearer t", "X-Extra": "1"})
    assert sent["Authorization"] == "Bearer t"
    assert sent["X-Extra"] == "1"


@pytest.mark.parametrize(
    "value", ["Bearer secret\n", "secret\r\nX: y", " secret", "secret\x00", "secret\N{SNOWMAN}"]
)
def test_a_header_that_cannot_be_sent_is_a_config_error_without_its_value(value: str) -> None:
    with pytest.raises(ConfigError, match="the header Authorization holds") as caught:
        OllamaClient("http://h", headers={"Authorization": value})
    assert "secret" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


@pytest.mark.parametrize("value", ["", "x", "Bearer a.b-c_d=", "caf\u00e9", "a\tb c"])
def test_a_header_that_can_be_sent_is(value: str) -> None:
    assert headers_sent(headers={"X-Extra": value})["X-Extra"] == value


@pytest.mark.parametrize("entry", ["127.0.0.1", "default"])
def test_netrc_neither_adds_nor_replaces_a_token(
    entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = "default" if entry == "default" else f"machine {entry}"
    for name in (".netrc", "_netrc"):
        (tmp_path / name).write_text(f"{which} login thief password stolen\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert "Authorization" not in headers_sent()
    assert headers_sent("user:pw@")["Authorization"] == basic("user:pw")
    assert headers_sent(headers={"Authorization": "Bearer t"})["Authorization"] == "Bearer t"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_loopback_is_never_asked_through_a_proxy(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stranger(VERSION) as proxy, stranger(VERSION) as server:
        monkeypatch.setenv(name, proxy.url)
        with known(server.url) as client:
            client.version()
        assert (len(server.requests), len(proxy.requests)) == (1, 0)


@pytest.mark.parametrize(
    "host", ["localhost", "10.1.2.3", "192.168.1.2", "[::1]", "[fd00::1]", "box", "box.lan"]
)
def test_private_places_have_no_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    sender = Transport(f"http://{host}:11434", connect_timeout=1)
    assert sender._session.proxies == {}
    sender.close()


def test_a_remote_host_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger(VERSION) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with OllamaClient("http://user:pw@models.example.com:8080/ollama") as client:
            assert client.version() == "1"
        request = proxy.requests[0]
    assert request.path == "http://models.example.com:8080/ollama/api/version"
    assert request.headers["Host"] == "models.example.com:8080"
    assert request.headers["Authorization"] == basic("user:pw")


def test_no_proxy_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger(VERSION) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "example.com")
        with OllamaClient("http://models.example.com") as client, pytest.raises(UnreachableError):
            client.version()
        assert proxy.requests == []


def test_a_proxy_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{closed_port()}")
    with OllamaClient("http://example.com") as client, pytest.raises(UnreachableError) as caught:
        client.version()
    assert "through the proxy" in caught.value.message
    assert "HTTP_PROXY" in str(caught.value.hint)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("call", ["generate", "pull", "copy", "delete", "show", "embed"])
def test_a_post_is_not_sent_elsewhere_but_told_where_the_server_points(
    status: int, call: str
) -> None:
    place = "https://me:secret@example.com/api/chat"
    moved = bytes_then(head(status, {"Location": place, "Content-Length": "0"}))
    calls: dict[str, Callable[[OllamaClient], object]] = {
        "generate": lambda client: list(client.generate("m", "x")),
        "pull": lambda client: list(client.pull("m")),
        "copy": lambda client: client.copy("a", "b"),
        "delete": lambda client: client.delete("m"),
        "show": lambda client: client.show("m"),
        "embed": lambda client: client.embed("x", "m"),
    }
    with stranger(moved) as server, known(server.url) as client:
        with pytest.raises(ServerError) as caught:
            calls[call](client)
        assert len(server.requests) == 1
    assert "points elsewhere: https://***@example.com/api/chat" in caught.value.message
    assert caught.value.http_status == status
    assert "--host" in str(caught.value.hint)


def test_a_get_follows_a_redirect() -> None:
    moved = bytes_then(head(301, {"Location": "/api/other", "Content-Length": "0"}))
    script = by_path({"/api/version": moved, "/api/other": VERSION})
    with stranger(script) as server, known(server.url) as client:
        assert client.version() == "1"
        assert [request.path for request in server.requests] == ["/api/version", "/api/other"]


def test_a_redirect_to_another_host_does_not_take_the_password_along() -> None:
    with stranger(VERSION) as other:
        moved = bytes_then(
            head(302, {"Location": other.url.replace("127.0.0.1", "localhost") + "/api/version"})
        )
        with stranger(moved) as server:
            root = server.url.replace("http://", "http://user:pw@")
            with OllamaClient(root) as client:
                assert client.version() == "1"
            assert "Authorization" in server.requests[0].headers
        assert "Authorization" not in other.requests[0].headers


def test_a_connection_that_is_kept_alive_is_used_again_and_waits_anew() -> None:
    def twice(peer: Peer) -> None:
        begun = head(200, {**JSON, "Content-Length": "15"}).replace(b"Connection: close\r\n", b"")
        peer.send(begun + b'{"version":"1"}')
        peer.read_request()
        threading.Event().wait(0.2)  # longer than silence within the first answer may last
        VERSION(peer)

    with stranger(twice) as server:
        sender = Transport(server.url, connect_timeout=5)
        with sender.send("GET", "/", wait=5, idle=0.1) as reply:
            assert reply.read() == b'{"version":"1"}'
        with sender.send("GET", "/", wait=5, idle=5) as reply:
            assert reply.read() == b'{"version": "1"}'
        sender.close()
        assert server.connections == 1
