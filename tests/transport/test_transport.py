"""Requests leave as they should: the headers, the ways round proxies, the redirects, the waits."""

import base64
import io
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile import (
    JSON,
    LAST_CHUNK,
    NDJSON,
    Peer,
    Server,
    answer,
    by_path,
    bytes_then,
    chunk,
    closed_port,
    document,
    drip,
    head,
)

from ollama_cli.errors import (
    ConfigError,
    OllamaCliError,
    ServerError,
    TimedOutError,
    UnreachableError,
)
from ollama_cli.events import Text
from ollama_cli.services import OllamaClient, log_requests
from ollama_cli.timeouts import Timeouts
from ollama_cli.transport import Transport
from ollama_cli.transport.client import _LOG

VERSION = document({"version": "1"})
CHUNKED = head(200, {**NDJSON, "Transfer-Encoding": "chunked"})


def basic(userinfo: str) -> str:
    return "Basic " + base64.b64encode(userinfo.encode()).decode()


def headers_sent(address: str = "", headers: dict[str, str] | None = None) -> dict[str, str]:
    with Server(VERSION) as server:
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
    with Server(VERSION) as proxy, Server(VERSION) as server:
        monkeypatch.setenv(name, proxy.url)
        with OllamaClient(server.url) as client:
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
    with Server(VERSION) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with OllamaClient("http://user:pw@models.example.com:8080/ollama") as client:
            assert client.version() == "1"
        request = proxy.requests[0]
    assert request.path == "http://models.example.com:8080/ollama/api/version"
    assert request.headers["Host"] == "models.example.com:8080"
    assert request.headers["Authorization"] == basic("user:pw")


def test_no_proxy_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(VERSION) as proxy:
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


def test_silence_within_an_answer_counts_through_a_proxy_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = CHUNKED + chunk(b'{"response":"x"}\n')
    with Server(bytes_then(begun, lambda peer: peer.stall())) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        patient = Timeouts(first_token=60, between_tokens=0.2)
        with (
            OllamaClient("http://example.com", timeouts=patient) as client,
            pytest.raises(TimedOutError),
        ):
            list(client.generate("m", "x"))


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
    with Server(moved) as server, OllamaClient(server.url) as client:
        with pytest.raises(ServerError) as caught:
            calls[call](client)
        assert len(server.requests) == 1
    assert "points elsewhere: https://***@example.com/api/chat" in caught.value.message
    assert caught.value.http_status == status
    assert "--host" in str(caught.value.hint)


def test_a_get_follows_a_redirect() -> None:
    moved = bytes_then(head(301, {"Location": "/api/other", "Content-Length": "0"}))
    script = by_path({"/api/version": moved, "/api/other": VERSION})
    with Server(script) as server, OllamaClient(server.url) as client:
        assert client.version() == "1"
        assert [request.path for request in server.requests] == ["/api/version", "/api/other"]


def test_a_redirect_to_another_host_does_not_take_the_password_along() -> None:
    with Server(VERSION) as other:
        moved = bytes_then(
            head(302, {"Location": other.url.replace("127.0.0.1", "localhost") + "/api/version"})
        )
        with Server(moved) as server:
            root = server.url.replace("http://", "http://user:pw@")
            with OllamaClient(root) as client:
                assert client.version() == "1"
            assert "Authorization" in server.requests[0].headers
        assert "Authorization" not in other.requests[0].headers


def test_a_token_is_there_before_the_next_one_is_sent() -> None:
    seen = [threading.Event() for _ in range(3)]

    def script(peer: Peer) -> None:
        peer.send(CHUNKED)
        for number, event in enumerate(seen):
            peer.send(chunk(b'{"response":"%d"}\n' % number))
            assert event.wait(10), "the token was held back"
        peer.send(chunk(b'{"done":true}\n'), LAST_CHUNK)

    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        for number, event in enumerate(seen):
            assert next(events) == Text(str(number))
            event.set()
        assert len(list(events)) == 1


def test_a_token_is_not_held_back_where_a_proxy_took_the_chunks_away() -> None:
    seen = [threading.Event() for _ in range(3)]

    def script(peer: Peer) -> None:
        peer.send(head(200, NDJSON))
        for number, event in enumerate(seen):
            peer.send(b'{"response":"%d"}\n' % number)
            assert event.wait(10), "the token was held back"
        peer.send(b'{"done":true}')

    with Server(script) as server, OllamaClient(server.url) as client:
        events = client.generate("m", "x")
        for number, event in enumerate(seen):
            assert next(events) == Text(str(number))
            event.set()
        assert len(list(events)) == 1


@pytest.mark.parametrize(
    "data",
    [
        CHUNKED + chunk(b'{"response":"\xe2\x98\x83"}\n') + chunk(b'{"done":true}\n') + LAST_CHUNK,
        head(200, NDJSON) + b'{"response":"\xe2\x98\x83"}\n{"done":true}\n',
    ],
    ids=["chunked", "ended by the connection"],
)
def test_an_answer_may_drip_byte_by_byte(data: bytes) -> None:
    with Server(drip(data)) as server, OllamaClient(server.url) as client:
        first, end = list(client.generate("m", "x"))
    assert first == Text("\N{SNOWMAN}")
    assert type(end).__name__ == "Done"


def test_the_first_byte_may_be_late_where_the_next_may_not() -> None:
    late = threading.Event()

    def script(peer: Peer) -> None:
        late.wait(0.3)  # longer than a silence within the answer may last
        peer.send(CHUNKED + chunk(b'{"response":"x"}\n'))
        peer.stall()

    patient = Timeouts(first_token=60, between_tokens=0.2)
    with Server(script) as server, OllamaClient(server.url, timeouts=patient) as client:
        events = client.generate("m", "x")
        assert next(events) == Text("x")
        with pytest.raises(TimedOutError, match="went silent"):
            next(events)


@pytest.mark.parametrize(
    "framing",
    [
        head(200, NDJSON) + b'{"response":"x"}\n',
        head(200, {**NDJSON, "Content-Length": "999"}) + b'{"response":"x"}\n',
        CHUNKED.replace(b"Connection: close\r\n", b"") + chunk(b'{"response":"x"}\n'),
    ],
    ids=["ended by the connection", "known length", "kept alive"],
)
def test_silence_within_an_answer_ends_it_however_it_is_framed(framing: bytes) -> None:
    patient = Timeouts(first_token=60, between_tokens=0.2)
    with (
        Server(bytes_then(framing, lambda peer: peer.stall())) as server,
        OllamaClient(server.url, timeouts=patient) as client,
    ):
        events = client.generate("m", "x")
        assert next(events) == Text("x")
        with pytest.raises(TimedOutError):
            next(events)


def test_a_timeout_of_zero_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[object] = []

    def request(*_: object, timeout: object, **__: object) -> None:
        waits.append(timeout)
        raise ConnectionRefusedError

    forever = Timeouts(connect=0).with_overall(0)
    with OllamaClient("http://127.0.0.1:1", timeouts=forever) as client:
        monkeypatch.setattr("requests.adapters.HTTPAdapter.send", request)
        client.health()
        with pytest.raises(OllamaCliError):
            next(client.generate("m", "x"))
    assert waits == [(None, None)] * 2


def test_a_connection_that_is_kept_alive_is_used_again_and_waits_anew() -> None:
    def twice(peer: Peer) -> None:
        begun = head(200, {**JSON, "Content-Length": "15"}).replace(b"Connection: close\r\n", b"")
        peer.send(begun + b'{"version":"1"}')
        peer.read_request()
        threading.Event().wait(0.2)  # longer than silence within the first answer may last
        VERSION(peer)

    with Server(twice) as server:
        sender = Transport(server.url, connect_timeout=5)
        with sender.send("GET", "/", wait=5, idle=0.1) as reply:
            assert reply.read() == b'{"version":"1"}'
        with sender.send("GET", "/", wait=5, idle=5) as reply:
            assert reply.read() == b'{"version": "1"}'
        sender.close()
        assert server.connections == 1


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    text = io.StringIO()
    handlers, propagate, level = _LOG.handlers, _LOG.propagate, _LOG.level
    yield text
    _LOG.handlers, _LOG.propagate = handlers, propagate
    _LOG.setLevel(level)


@pytest.mark.parametrize("bodies", [False, True])
def test_requests_are_logged_without_secrets(log: io.StringIO, bodies: bool) -> None:
    log_requests(log, bodies=bodies)
    assert _LOG.level == (logging.DEBUG if bodies else logging.INFO)
    with Server(answer(404, b"{}")) as server:
        root = server.url.replace("http://", "http://user:secret@")
        headers = {"X-Token": "secret"}
        with OllamaClient(root, headers=headers) as client, pytest.raises(OllamaCliError):
            client.show("m")
    written = log.getvalue()
    assert f"POST {server.url}/api/show 404" in written
    assert ('{"model": "m"}' in written) is bodies
    assert "secret" not in written


def test_a_failed_request_is_logged_too(log: io.StringIO) -> None:
    log_requests(log, bodies=False)
    root = f"http://127.0.0.1:{closed_port()}"
    with OllamaClient(root) as client, pytest.raises(UnreachableError):
        client.version()
    assert "/api/version failed" in log.getvalue()


def test_no_error_shows_the_password_of_the_address() -> None:
    root = f"http://user:secret@127.0.0.1:{closed_port()}"
    with OllamaClient(root) as client:
        assert "secret" not in client.base_url
        with pytest.raises(UnreachableError) as caught:
            client.version()
        assert "secret" not in str(client.health())
    assert "secret" not in caught.value.message
